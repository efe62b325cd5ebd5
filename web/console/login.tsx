import { ClientError } from "@deskwire/client";
import { useSignal } from "@preact/signals";
import type { TargetedSubmitEvent } from "preact";
import { fieldsOf } from "./form.js";
import { Languages } from "./languages.js";
import { type AgentSession, login } from "./session.js";
import { words } from "./words.js";

type Trouble = "login_wrong" | "login_limited" | "login_unreachable" | "session_over";

const TROUBLES: Readonly<Record<string, Trouble>> = {
  unauthenticated: "login_wrong",
  not_found: "login_wrong",
  bad_request: "login_wrong",
  rate_limited: "login_limited",
};

export function Login(props: { readonly over: boolean; readonly done: (session: AgentSession) => void }) {
  const trouble = useSignal<Trouble | undefined>(props.over ? "session_over" : undefined);
  const busy = useSignal(false);
  const t = words.value;

  const submit = async (event: TargetedSubmitEvent<HTMLFormElement>) => {
    const { text, exact } = fieldsOf(event);
    busy.value = true;
    trouble.value = undefined;
    try {
      props.done(await login(text("tenant"), text("username"), exact("password")));
    } catch (error) {
      trouble.value = (error instanceof ClientError ? TROUBLES[error.code] : undefined) ?? "login_unreachable";
    } finally {
      busy.value = false;
    }
  };

  return (
    <div class="login">
      <form onSubmit={submit}>
        <div class="row">
          <span class="brand">Deskwire</span>
          <Languages />
        </div>
        <h1>{t.login_title}</h1>
        <label>
          {t.tenant}
          <input name="tenant" required defaultValue="demo" autocomplete="organization" autocapitalize="none" spellcheck={false} />
        </label>
        <label>
          {t.username}
          <input name="username" required autofocus autocomplete="username" autocapitalize="none" spellcheck={false} />
        </label>
        <label>
          {t.password}
          <input name="password" type="password" required autocomplete="current-password" />
        </label>
        <p class="bad small" role="alert">
          {trouble.value && t[trouble.value]}
        </p>
        <button type="submit" class="main" disabled={busy.value}>
          {t.login}
        </button>
      </form>
    </div>
  );
}
