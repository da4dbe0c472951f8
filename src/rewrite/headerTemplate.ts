/**
 * Values of header rules with variables: `https://{host}/{tenant}`. A variable is a name in braces; `{{` stands for `{`, and a
 * brace that no name follows for itself, so that JSON (Report-To, NEL) can be written as it is. Pure.
 */

import { firstLabel } from "../route/wildcardHost.ts";

/** What variables are filled from. Texts are empty where a thing is not known. */
export interface HeaderFacts {
	readonly client: { readonly address: string; readonly secure: boolean };
	/** Public authority of the request: `host` or `host:port`. */
	readonly authority: string;
	readonly requestId: string;
	/** Name of the service. */
	readonly service: string;
	/** Id of the route. */
	readonly route: string;
	/** Public pattern of the route. */
	readonly pattern: string;
	/** Public path, raw. */
	readonly path: string;
	/** Path for the node, raw, with or without a query. */
	readonly nodePath: string;
	/** Name of the user that signed in by basic authentication: any text. */
	readonly user: string;
}

/** A value, ready to be filled. */
export type HeaderTemplate = string | readonly HeaderPart[];
type HeaderPart = string | ((facts: HeaderFacts) => string);

/** Everything here holds printable ASCII only: addresses, authorities and ids are verified before, a tenant and a user are below. */
const VARIABLES: Readonly<Record<string, (facts: HeaderFacts) => string>> = {
	"client.address": ({ client }) => client.address,
	scheme: ({ client }) => (client.secure ? "https" : "http"),
	host: ({ authority }) => authority,
	"host.label": ({ authority }) => firstLabel(authority),
	"request.id": ({ requestId }) => requestId,
	service: ({ service }) => service,
	route: ({ route }) => route,
	tenant: tenantOf,
	user: userOf,
};

export const VARIABLE_NAMES: readonly string[] = Object.keys(VARIABLES);

const REFERENCE = /\{\{|\{([A-Za-z][A-Za-z0-9_.-]*)\}/g;

/** @returns names that are no variables, in order */
export function unknownVariables(value: string): string[] {
	return [...value.matchAll(REFERENCE)].flatMap(([, name]) => (name === undefined || Object.hasOwn(VARIABLES, name) ? [] : [name]));
}

/** Throws Error for an unknown variable. */
export function compileTemplate(value: string): HeaderTemplate {
	const parts: HeaderPart[] = [];
	let text = "";
	let from = 0;
	for (const match of value.matchAll(REFERENCE)) {
		const [whole, name] = match;
		text += value.slice(from, match.index);
		from = match.index + whole.length;
		if (name === undefined) {
			text += "{";
			continue;
		}
		const variable = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined;
		if (variable === undefined) throw new Error(`unknown variable {${name}}`);
		if (text !== "") parts.push(text);
		text = "";
		parts.push(variable);
	}
	text += value.slice(from);
	if (parts.length === 0) return text;
	if (text !== "") parts.push(text);
	return parts;
}

export function fillTemplate(template: HeaderTemplate, facts: HeaderFacts): string {
	if (typeof template === "string") return template;
	let filled = "";
	for (const part of template) filled += typeof part === "string" ? part : part(facts);
	return filled.trim();
}

/** Clients write paths: what could end a value, or begin another part of it (`;`, `,`), is no tenant. */
const TENANT = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,253}[A-Za-z0-9])?$/;

/** What is beyond ASCII, or could end a value, is percent-encoded (RFC 3986). */
function userOf({ user }: HeaderFacts): string {
	return encodeURIComponent(user).replaceAll("%40", "@").replaceAll("%2B", "+");
}

/** WSO2's tenant (`/t/NAME` at the beginning of the node's path), else what `{tenant}` of the route's pattern takes. */
function tenantOf({ pattern, path, nodePath }: HeaderFacts): string {
	const found = /^\/t\/([^/?]+)/.exec(nodePath)?.[1] ?? takenByTenant(pattern, path);
	return TENANT.test(found) ? found : "";
}

function takenByTenant(pattern: string, path: string): string {
	const segments = pattern.split("/");
	const at = segments.findIndex((segment) => segment.endsWith("{tenant}"));
	if (at === -1) return "";
	const before = (segments[at] ?? "").length - "{tenant}".length;
	return (path.split("/")[at] ?? "").slice(before);
}
