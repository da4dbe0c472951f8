/**
 * What a login in progress is known by while it goes from page to page: parameters of the product's own pages ({@link LoginPlan.keys}), and those of the protocols: the
 * authorization code (RFC 6749 section 4.1), SAML's artifact and RelayState (SAML 2.0 Bindings sections 3.4.3 and 3.6).
 */
import type { LoginPlan } from "../plan/service.ts";

export interface FlowParameter {
	/** Name of the parameter. */
	readonly kind: string;
	readonly value: string;
}

type Keys = Pick<LoginPlan, "keys">;

/** What a redirect of a node holds: parameters of its query and, after a hybrid login, of its fragment. */
export function flowsOfLocation({ keys }: Keys, location: string): FlowParameter[] {
	const query = location.indexOf("?");
	const fragment = location.indexOf("#");
	if (query === -1 && fragment === -1) return [];
	const found: FlowParameter[] = [];
	const add = (kind: string): void => {
		const value = soleParameter(location, kind);
		if (value !== null) found.push({ kind, value });
	};
	for (const kind of keys) add(kind);
	add("code");
	add("SAMLart");
	// The product's own only where it begins a flow elsewhere. With a response it is what the service provider gave, which may be the same for all users.
	if (hasParameter(location, "SAMLRequest") && !(keys[0] !== undefined && hasParameter(location, keys[0]))) add("RelayState");
	return found;
}

/** What the query or the urlencoded body of a request says it goes on with; null: nothing. */
export function flowOfRequest({ keys }: Keys, parameters: string): FlowParameter | null {
	for (const kind of keys) {
		const value = soleParameter(parameters, kind);
		if (value !== null) return { kind, value };
	}
	if (hasParameter(parameters, "SAMLRequest")) return null;
	const returns = hasParameter(parameters, "SAMLResponse") || hasParameter(parameters, "SAMLart");
	const value = returns ? soleParameter(parameters, "RelayState") : null;
	return value === null ? null : { kind: "RelayState", value };
}

/** As {@link flowOfRequest}, for the body of a token request too: it brings the code. */
export function flowOfForm(logins: Keys, body: string): FlowParameter | null {
	const flow = flowOfRequest(logins, body);
	if (flow !== null) return flow;
	const value = soleParameter(body, "code");
	return value === null ? null : { kind: "code", value };
}

/** The artifact that a SOAP message asks to resolve; null where there is none, or more than one. */
export function flowOfSoap(body: string): FlowParameter | null {
	const found = body.matchAll(/<(?:[\w.-]{1,64}:)?Artifact(?:\s[^<>]{0,1024})?>([^<]{1,4096})</g);
	const [first, second] = [found.next().value, found.next().value];
	const value = first?.[1]?.replace(/\s+/g, "") ?? "";
	return value === "" || second !== undefined ? null : { kind: "SAMLart", value };
}

/** The decoded value of the one parameter called `name`; null where there is none, an empty one, or more than one. */
export function soleParameter(text: string, name: string): string | null {
	const at = indexOfParameter(text, name, 0);
	if (at === -1) return null;
	const start = at + name.length + 1;
	if (indexOfParameter(text, name, start) !== -1) return null;
	let end = start;
	while (end < text.length && !isEnd(text.charCodeAt(end))) end++;
	return end === start ? null : decoded(text.slice(start, end));
}

function hasParameter(text: string, name: string): boolean {
	return indexOfParameter(text, name, 0) !== -1;
}

function indexOfParameter(text: string, name: string, from: number): number {
	let at = text.indexOf(name, from);
	while (at !== -1) {
		if (text.charCodeAt(at + name.length) === 0x3d && (at === 0 || isStart(text.charCodeAt(at - 1)))) return at;
		at = text.indexOf(name, at + 1);
	}
	return -1;
}

/** `?`, `&` or `#` */
function isStart(code: number): boolean {
	return code === 0x3f || code === 0x26 || code === 0x23;
}

/** `&` or `#` */
function isEnd(code: number): boolean {
	return code === 0x26 || code === 0x23;
}

/** As application/x-www-form-urlencoded; what is not well-formed stays as it is, the same at every hop. */
function decoded(text: string): string {
	if (!text.includes("%") && !text.includes("+")) return text;
	try {
		return decodeURIComponent(text.replaceAll("+", " "));
	} catch {
		return text;
	}
}
