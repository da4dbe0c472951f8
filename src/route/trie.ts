/**
 * Which pattern covers a path: a trie over segments, one per host. A lookup costs by the length of the path, not by the number
 * of patterns.
 *
 * The deepest pattern wins. Among equally deep ones the first segment in which they differ decides, from the left: a literal before
 * a prefixed parameter (the longest literal first), that before a parameter; then an exact pattern before one that covers what is below.
 */
import type { PatternSegment } from "./pattern.ts";
import type { RouteSet } from "./routeSet.ts";

/** The children for `apim-{context}` and others whose literal has the same length. */
interface PrefixedChildren {
	readonly length: number;
	readonly byPrefix: Map<string, TrieNode>;
	/** As {@link TrieNode.reach}, of them all. */
	reach: number;
}

const NO_PREFIXES: readonly PrefixedChildren[] = [];

/**
 * Lives as long as the snapshot; not changed after the router is built. Most nodes are leaves. They have no
 * containers of their own, so that more routes fit into the processor's caches.
 */
export class TrieNode {
	readonly depth: number;
	/** Of the exact pattern that ends here. */
	exact: RouteSet | null = null;
	/** Of the pattern that ends here and covers what is below. */
	covering: RouteSet | null = null;
	literals: Map<string, TrieNode> | null = null;
	/** Longest first. */
	prefixed: readonly PrefixedChildren[] = NO_PREFIXES;
	parameter: TrieNode | null = null;
	/** Depth of the deepest pattern here or below: a search skips what cannot win. */
	reach: number;

	constructor(depth: number) {
		this.depth = depth;
		this.reach = depth;
	}

	/** The node of a pattern, made if missing. */
	insert(pattern: readonly PatternSegment[]): TrieNode {
		this.reach = Math.max(this.reach, pattern.length);
		const segment = pattern[this.depth];
		return segment === undefined ? this : this.#child(segment, pattern.length).insert(pattern);
	}

	#child({ literal, parameter }: PatternSegment, reach: number): TrieNode {
		if (!parameter) {
			this.literals ??= new Map();
			return getOrMake(this.literals, literal, this.depth + 1);
		}
		if (literal === "") {
			this.parameter ??= new TrieNode(this.depth + 1);
			return this.parameter;
		}
		let group = this.prefixed.find(({ length }) => length === literal.length);
		if (group === undefined) {
			group = { length: literal.length, byPrefix: new Map(), reach };
			this.prefixed = [...this.prefixed, group].sort((a, b) => b.length - a.length);
		}
		group.reach = Math.max(group.reach, reach);
		return getOrMake(group.byPrefix, literal, this.depth + 1);
	}
}

function getOrMake(children: Map<string, TrieNode>, key: string, depth: number): TrieNode {
	let node = children.get(key);
	if (node === undefined) {
		node = new TrieNode(depth);
		children.set(key, node);
	}
	return node;
}

/**
 * The winner among the patterns that cover `segments` and serve `upgrade`, or null. Each one found on the way is added to `seen`.
 * `best` is the winner so far, above `node`.
 * Hot path: allocates nothing unless the host has prefixed parameters.
 */
export function findRoutes(
	node: TrieNode,
	segments: readonly string[],
	upgrade: string | null,
	seen: RouteSet[] | null = null,
	best: RouteSet | null = null,
): RouteSet | null {
	const { depth } = node;
	const segment = segments[depth];
	if (best === null || depth > best.depth) {
		const here = segment === undefined && node.exact?.serves(upgrade) ? node.exact : node.covering;
		if (here?.serves(upgrade)) {
			seen?.push(here);
			best = here;
		}
	}
	if (segment === undefined) return best;

	const literal = node.literals?.get(segment);
	if (literal !== undefined && canWin(literal, best)) best = findRoutes(literal, segments, upgrade, seen, best);
	for (const group of node.prefixed) {
		if (segment.length <= group.length || !canWin(group, best)) continue;
		const child = group.byPrefix.get(segment.slice(0, group.length));
		if (child !== undefined && canWin(child, best)) best = findRoutes(child, segments, upgrade, seen, best);
	}
	if (node.parameter !== null && segment !== "" && canWin(node.parameter, best))
		best = findRoutes(node.parameter, segments, upgrade, seen, best);
	return best;
}

function canWin(node: TrieNode | PrefixedChildren, best: RouteSet | null): boolean {
	return best === null || node.reach > best.depth;
}
