/**
 * Header rules of a route (`requestHeaders`, `responseHeaders`), made ready once per snapshot. For each name `remove` comes first, then
 * `default` (only if the field is absent), `set` (instead of all others) and `add` (one more line). Pure.
 */
import { type FieldName, fieldNameOf, type HeaderList } from "../http/headers.ts";
import { dashed } from "../http/spoofable.ts";
import type { HeaderRulePlan } from "../plan/headers.ts";
import { compileTemplate, fillTemplate, type HeaderFacts, type HeaderTemplate } from "./headerTemplate.ts";

/** Lifetime: snapshot. */
export interface HeaderRules {
	/** Names of fields that are not passed on, those of `remove` and `set`: in lower case with dashes for underscores. */
	readonly dropped: ReadonlySet<string>;
	readonly defaults: readonly HeaderField[];
	readonly sets: readonly HeaderField[];
	readonly adds: readonly HeaderField[];
}

/** Rules and what fills their variables, for one message. */
export interface HeaderEdits {
	readonly rules: HeaderRules;
	readonly facts: HeaderFacts;
}

interface HeaderField {
	readonly name: FieldName;
	readonly value: HeaderTemplate;
}

/** Null: there are none, which costs nothing. Throws Error for an unknown variable. */
export function compileHeaderRules(plan: readonly HeaderRulePlan[]): HeaderRules | null {
	if (plan.length === 0) return null;
	const of = (...actions: readonly HeaderRulePlan["action"][]) => plan.filter(({ action }) => actions.includes(action));
	const fields = (rules: readonly HeaderRulePlan[]): HeaderField[] =>
		rules.map(({ name, value }) => ({ name: fieldNameOf(name), value: compileTemplate(value) }));
	const isSet = new Set(of("set").map(({ name }) => name.toLowerCase()));
	return {
		dropped: new Set(of("remove", "set").map(({ name }) => dashed(name.toLowerCase()))),
		defaults: fields(of("default").filter(({ name }) => !isSet.has(name.toLowerCase()))),
		sets: fields(of("set")),
		adds: fields(of("add")),
	};
}

/** To a request from which {@link HeaderRules.dropped} are gone. */
export function addToRequest(headers: HeaderList, { rules, facts }: HeaderEdits): void {
	for (const field of rules.defaults) if (!headers.has(field.name.key)) put(headers, field, facts);
	for (const field of rules.sets) put(headers, field, facts);
	for (const field of rules.adds) put(headers, field, facts);
}

/**
 * To a final response from which {@link HeaderRules.dropped} are gone. A field that a 304 lacks is as in the stored response (RFC 9111
 * section 3.2), which got its default and its added lines when it was sent: to add them here would replace all its lines.
 */
export function addToResponse(headers: HeaderList, status: number, { rules, facts }: HeaderEdits): void {
	const isUpdate = status === 304;
	if (!isUpdate) for (const field of rules.defaults) if (!headers.has(field.name.key)) putInResponse(headers, field, facts);
	for (const field of rules.sets) putInResponse(headers, field, facts);
	for (const field of rules.adds) if (!isUpdate || headers.has(field.name.key)) putInResponse(headers, field, facts);
}

/** About the content of the response, and how long it may be kept: on an error page and a redirect these are Portico's own. */
const ABOUT_CONTENT: ReadonlySet<string> = new Set([
	"cache-control",
	"content-disposition",
	"content-language",
	"content-location",
	"content-range",
	"content-type",
	"etag",
	"expires",
	"last-modified",
	"location",
	"pragma",
]);

/** To a response of Portico's own. What it has, it keeps. */
export function addToOwnResponse(headers: HeaderList, { rules, facts }: HeaderEdits): void {
	const own = new Set(headers.names.map(({ key }) => key));
	const isOpen = ({ name: { key } }: HeaderField): boolean => !own.has(key) && !ABOUT_CONTENT.has(key);
	for (const field of [...rules.defaults, ...rules.sets, ...rules.adds]) if (isOpen(field)) putInResponse(headers, field, facts);
}

function putInResponse(headers: HeaderList, field: HeaderField, facts: HeaderFacts): void {
	// RFC 6797 section 7.2: not over plain http.
	if (field.name.key === "strict-transport-security" && !facts.client.secure) return;
	put(headers, field, facts);
}

/** Without a value there is no field: `X-Tenant: {tenant}` where there is no tenant. */
function put(headers: HeaderList, { name, value }: HeaderField, facts: HeaderFacts): void {
	const filled = fillTemplate(value, facts);
	if (filled !== "") headers.put(name, filled);
}
