import type { QueryValuesPlan } from "../plan/route.ts";

/**
 * The query for the node; the same string wherever nothing has to be done. The check-session iframe of a product's web application names the callback that it
 * belongs to, and the product compares it with the registered one. The application makes that URL of the browser's origin and its own context, which has the
 * prefix outside where bodies are rewritten; what is registered has none. Here it gets the form that the product knows.
 *
 * @param query empty or beginning with `?`
 */
export function nodeQuery(plan: QueryValuesPlan, query: string): string {
	if (query === "") return query;
	const name = `${plan.parameter}=`;
	let start = query.indexOf(name);
	// A parameter of its own, and not the end of another one's name.
	while (start > 0 && query[start - 1] !== "?" && query[start - 1] !== "&") start = query.indexOf(name, start + 1);
	if (start === -1) return query;
	const from = start + name.length;
	const end = query.indexOf("&", from);
	const to = end === -1 ? query.length : end;
	const sent = decoded(query.slice(from, to));
	const known = plan.values.find(([client]) => client === sent);
	return known === undefined ? query : query.slice(0, from) + encodeURIComponent(known[1]) + query.slice(to);
}

function decoded(text: string): string {
	try {
		return decodeURIComponent(text);
	} catch {
		return text;
	}
}
