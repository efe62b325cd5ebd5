/** What a transcript says beside what people said. */
export interface TranscriptWords {
  readonly title: string;
  readonly joined: string;
  readonly left: string;
  readonly closed: string;
  readonly reopened: string;
  readonly rated: string;
  readonly withdrawn: string;
  readonly note: string;
  readonly file: string;
  readonly incomplete: string;
  readonly goesOn: string;
}

export type TranscriptLanguage = "en" | "zh-CN";

export const TRANSCRIPT_LANGUAGES: readonly TranscriptLanguage[] = ["en", "zh-CN"];

export const TRANSCRIPT_WORDS: Readonly<Record<TranscriptLanguage, TranscriptWords>> = {
  en: {
    title: "Conversation",
    joined: "{name} joined",
    left: "{name} left",
    closed: "The conversation was closed ({reason})",
    reopened: "The conversation was opened again",
    rated: "Rated {score} of 5",
    withdrawn: "(message withdrawn)",
    note: "(note)",
    file: "(file) {name}, {bytes} bytes,",
    incomplete: "Some of this conversation cannot be read yet. Ask again later.",
    goesOn: "This is not all: it goes on after {place}.",
  },
  "zh-CN": {
    title: "会话",
    joined: "{name} 加入了会话",
    left: "{name} 离开了会话",
    closed: "会话已结束（{reason}）",
    reopened: "会话已重新打开",
    rated: "评分：{score}/5",
    withdrawn: "（消息已撤回）",
    note: "（备注）",
    file: "（文件）{name}，{bytes} 字节，",
    incomplete: "部分会话内容暂时无法读取，请稍后再试。",
    goesOn: "内容未完，续接位置：{place}。",
  },
};
