import { SABOTEURS } from "./saboteurs.js";

/** The embedded server with one method broken: which one, the environment says. Without a saboteur it is the server itself. */
const saboteur = process.env["SABOTEUR"];
if (saboteur !== undefined) SABOTEURS[saboteur as keyof typeof SABOTEURS]();
await import("../../embedded/main.js");
