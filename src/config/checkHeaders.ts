/** Header rules: fields that are Portico's own business, and variables that there are not. */
import { isHopByHop } from "../http/hopByHop.ts";
import { dashed, holdsAddress, isSpoofable } from "../http/spoofable.ts";
import { unknownVariables, VARIABLE_NAMES } from "../rewrite/headerTemplate.ts";
import type { WrittenHeaderRule, WrittenHeaders } from "./headersSchema.ts";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import type { ConfigPath } from "./source.ts";
import { nearest } from "./suggest.ts";

interface Headers {
	readonly requestHeaders: WrittenHeaders;
	readonly responseHeaders: WrittenHeaders;
}

/** Checks the header rules of the file, a service or a route. @param path where they are in the file */
export function checkHeaders({ requestHeaders, responseHeaders }: Headers, path: ConfigPath, report: ProblemReport): void {
	checkLevel(requestHeaders, requestRefusal, [...path, "requestHeaders"], report);
	checkLevel(responseHeaders, responseRefusal, [...path, "responseHeaders"], report);
}

type Refusal = (rule: WrittenHeaderRule) => string | undefined;

function checkLevel({ inherit, rules }: WrittenHeaders, refusal: Refusal, path: ConfigPath, report: ProblemReport): void {
	if (!inherit && path.length === 1)
		report.problem([...path, "inherit"], "`inherit` has no effect with the rules of the file", "set it in a service or a route", "key");
	for (const rule of rules) checkRule(rule, refusal(rule), path, report);
	checkConflicts(rules, path, report);
}

/** @param refusal why the rule is not possible, or undefined */
function checkRule(rule: WrittenHeaderRule, refusal: string | undefined, path: ConfigPath, report: ProblemReport): void {
	const at = [...path, ...rule.at];
	if (refusal !== undefined) {
		const part = rule.action === "remove" || typeof rule.at.at(-1) === "number" ? "value" : "key";
		report.problem(at, `${quote(rule.name)} cannot be ${DONE[rule.action]}`, refusal, part);
		return;
	}
	for (const name of unknownVariables(rule.value)) {
		const meant = nearest(name, VARIABLE_NAMES);
		report.problem(
			at,
			`unknown variable {${name}}`,
			meant === undefined
				? `known are ${VARIABLE_NAMES.map((each) => `{${each}}`).join(", ")}; write {{ for a literal {`
				: `did you mean {${meant}}?`,
		);
	}
}

const DONE = { remove: "removed", default: "set", set: "set", add: "added" } as const;

/** Fields that frame a message, or say how its content is coded. */
const FRAMING: ReadonlySet<string> = new Set(["content-length", "content-encoding"]);
const FRAMED = "Portico sets the fields for the connection and for the length and coding of the body";
const HANDSHAKE = "it belongs to the WebSocket handshake between client and node";

function requestRefusal({ action, name, value }: WrittenHeaderRule): string | undefined {
	const key = dashed(name.toLowerCase());
	if (key === "host") return "set `host` of a route to change what the node gets";
	if (key === "cookie") return "use `cookies` of the service";
	if (key === "expect" || isHopByHop(key) || FRAMING.has(key)) return FRAMED;
	if (key.startsWith("sec-websocket-")) return HANDSHAKE;
	if (!isSpoofable(key)) return undefined;
	if (action === "remove") return "Portico already removes the client's value and sends only a verified one";
	if (holdsAddress(key)) return value === "{client.address}" ? undefined : "its only possible value is '{client.address}'";
	return "nodes trust it: Portico sends X-Forwarded-* and X-Request-Id with verified values, and no client certificates";
}

/** Fields of which a response has one (RFC 9110; RFC 6797 section 8.1). */
const SINGLE: ReadonlySet<string> = new Set([
	"content-location",
	"content-range",
	"content-type",
	"etag",
	"expires",
	"last-modified",
	"location",
	"retry-after",
	"strict-transport-security",
]);

/** Why a rule for responses is not possible, or undefined. */
export function responseRefusal({ action, name }: Pick<WrittenHeaderRule, "action" | "name">): string | undefined {
	const key = name.toLowerCase();
	if (key === "set-cookie") return "use `cookies` and `affinity` of the service";
	if (key === "date") return "the node or Portico sets it";
	if (isHopByHop(key) || FRAMING.has(key)) return FRAMED;
	if (key.startsWith("sec-websocket-")) return HANDSHAKE;
	return action === "add" && SINGLE.has(key) ? "a response has at most one: use `set` or `default`" : undefined;
}

/** `set` and `default` of one name, in one place: the second has no effect. So has one name in two spellings. */
function checkConflicts(rules: readonly WrittenHeaderRule[], path: ConfigPath, report: ProblemReport): void {
	const seen = new Map<string, WrittenHeaderRule>();
	for (const rule of rules) {
		if (rule.action !== "set" && rule.action !== "default") continue;
		const key = rule.name.toLowerCase();
		const first = seen.get(key);
		seen.set(key, rule);
		if (first === undefined) continue;
		const hint =
			first.action === rule.action
				? "names must differ by more than upper and lower case"
				: "`set` replaces what `default` adds: keep one of them";
		report.problem([...path, ...rule.at], `${quote(rule.name)} is already set in ${report.line([...path, ...first.at])}`, hint, "key");
	}
}
