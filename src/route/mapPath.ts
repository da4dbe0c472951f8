/** The swap of literal path prefixes between the public side and the nodes (shapes: {@link PathMapping}). */
import type { PathMapping } from "../plan/service.ts";

const SLASH = 0x2f;

/**
 * The node's path for a public one: `/is-samlsso` to `/samlsso`. Null if the path does not literally begin with `mapping.from`, on a
 * segment boundary unless it is a dash form, or if nothing but a slash follows a dash.
 */
export function toNodePath(mapping: PathMapping, rawPath: string): string | null {
	return swapPrefix(rawPath, mapping.from, mapping.to, isDash(mapping));
}

/**
 * The public path for a path of a node: `/samlsso` to `/is-samlsso`. The mapping with the longest `to` decides, in the order given where
 * equal. Null if none applies.
 */
export function toPublicPath(mappings: readonly PathMapping[], nodePath: string): string | null {
	let best: string | null = null;
	let longest = -1;
	for (const mapping of mappings) {
		if (mapping.to.length <= longest) continue;
		const swapped = swapPrefix(nodePath, mapping.to, mapping.from, isDash(mapping));
		if (swapped === null) continue;
		best = swapped;
		longest = mapping.to.length;
	}
	return best;
}

/** `/is-` to `/`: the prefix ends inside a segment. */
function isDash(mapping: PathMapping): boolean {
	return mapping.from.endsWith("-") && mapping.to.endsWith("/");
}

function swapPrefix(path: string, prefix: string, replacement: string, dash: boolean): string | null {
	if (!path.startsWith(prefix)) return null;
	if (path.length > prefix.length && (path.charCodeAt(prefix.length) === SLASH) === dash) return null;
	const swapped = replacement + path.slice(prefix.length);
	return swapped === "" ? "/" : swapped;
}
