/** Events of the control log as sentences for the user of the demo. Pure. */
import type { LogFields } from "../log/log.ts";

/** `good`: something works again. `bad`: something failed. `wish`: an operator wanted it. `note`: good to know. */
export type Tone = "good" | "bad" | "wish" | "note";

export interface Sentence {
	readonly tone: Tone;
	readonly text: string;
}

/** Silent: the welcome says it, or it says nothing to a newcomer. */
const SILENT: ReadonlySet<string> = new Set(["ready", "limit_lowered", "logs_reopened"]);

type Words = (fields: Texts) => Sentence;
/** Fields as text; empty if absent. */
type Texts = (name: string) => string;

const SENTENCES: Readonly<Record<string, Words>> = {
	draining: () => ({ tone: "note", text: "Stopping. Requests in progress may finish." }),
	stopped: () => ({ tone: "note", text: "Stopped." }),
	drain_cut: (of) => ({ tone: "note", text: `Closed ${of("connections") || "the"} connections that were still open.` }),
	member_recovered: (of) => ({ tone: "good", text: `${nodeOf(of("member"))} passed its probation.` }),
	member_unknown: (of) => ({ tone: "note", text: `${nodeOf(of("member"))} gets requests again on probation.` }),
	member_draining: (of) => ({ tone: "wish", text: `${nodeOf(of("member"))} asks for no new clients.` }),
	member_drain_over: (of) => ({ tone: "good", text: `${nodeOf(of("member"))} takes new clients again.` }),
	ejection_skipped: (of) => ({ tone: "bad", text: `${nodeOf(of("member"))} failed requests, but stays: too few nodes are left.` }),
	pool_panic: (of) => ({ tone: "bad", text: `All checks of ${of("pool")} fail. Its nodes get requests nevertheless.` }),
	pool_panic_over: (of) => ({ tone: "good", text: `A node of ${of("pool")} is up again.` }),
	attempt_failed: (of) => ({ tone: "bad", text: `A request failed at ${nodeOf(of("member"))}: ${plain(of("code"))}.` }),
	drain_empty: (of) => ({ tone: "wish", text: `${nodeOf(of("member"))} is empty. It is safe to stop.` }),
	drain_deadline: (of) => ({
		tone: "wish",
		text: `The deadline of ${nodeOf(of("member"))} has passed. Its clients move to other nodes with their next request.`,
	}),
	admin_changed: (of) => changed(of("node") || of("member"), of),
	config_reloaded: (of) => ({ tone: "good", text: `The configuration was read again: ${of("changes") || "nothing changed"}.` }),
	config_refused: (of) => ({ tone: "bad", text: `The configuration has problems and was not applied: ${of("reason")}.` }),
	client_refused: (of) => ({ tone: "note", text: refusedClient(of("cause"), plain(of("code"))) }),
	host_unknown: (of) => ({ tone: "note", text: `Refused with 421: ${of("cause")}.` }),
	leak_found: (of) => ({ tone: "bad", text: `A response named an internal address, ${of("url")} (${of("in")}, route ${of("route")}).` }),
};

/** Null: it is not worth a line. An event without a sentence is shown with its fields. */
export function sentenceOf(event: string, fields: LogFields): Sentence | null {
	if (SILENT.has(event)) return null;
	const of: Texts = (name) => {
		const value = fields[name];
		return value === undefined || value === null ? "" : typeof value === "object" ? value.join(", ") : String(value);
	};
	const words = Object.hasOwn(SENTENCES, event) ? SENTENCES[event] : undefined;
	if (words !== undefined) return words(of);
	const told = Object.keys(fields).filter((name) => of(name) !== "");
	const details = told.map((name) => `${plain(name)} ${of(name)}`).join(", ");
	return { tone: "note", text: `${capital(plain(event))}${details === "" ? "" : `: ${details}`}.` };
}

function changed(name: string, of: Texts): Sentence {
	const parts: string[] = [];
	if (of("admin_state") === "draining") {
		const who = of("drain") === "hard" ? "All its clients move to other nodes with their next request" : "New clients go to other nodes";
		parts.push(`${name} is draining. ${who}.`);
	}
	if (of("admin_state") === "disabled") parts.push(`${name} is disabled. It gets no more requests.`);
	if (of("admin_state") === "enabled") parts.push(`${name} is enabled. It takes new clients.`);
	if (of("weight") !== "") parts.push(`The weight of ${name} is ${of("weight")}.`);
	return { tone: of("admin_state") === "enabled" ? "good" : "wish", text: parts.join(" ") || `${name} was changed.` };
}

/** The alerts of clients that do not trust a certificate (RFC 8446 section 6.2). */
function refusedClient(cause: string, code: string): string {
	if (/alert (?:certificate unknown|unknown ca|bad certificate)/.test(cause))
		return "A browser does not trust the demo's certificate yet. Accept it there to continue.";
	return `A client connection ended before its first request: ${cause.split("\n", 1)[0] || code}.`;
}

const REASONS: Readonly<Record<string, string>> = {
	connection_refused: "it refuses connections",
	connection_timeout: "nothing accepts its connections",
	connection_terminated: "it closes connections",
	http_response_timeout: "it does not respond",
};

/** Why a node is down. @param text what was seen, in the words of the control log */
export function reasonOf(error: string, text: string): string {
	return (Object.hasOwn(REASONS, error) ? REASONS[error] : undefined) ?? text;
}

/** `is-1` of `is-1/servlet`. */
export function nodeOf(member: string): string {
	return member.replace(/\/.*$/, "");
}

const plain = (name: string): string => name.replaceAll("_", " ");
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);
