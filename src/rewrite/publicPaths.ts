import type { PathMapping, ServicePlan } from "../plan/service.ts";
import { toPublicPath } from "../route/mapPath.ts";
import { LABEL } from "../route/wildcardHost.ts";
import { PrefixIndex } from "./prefixIndex.ts";

const SLASH = 0x2f;

/**
 * Node path to public path for one service, idempotent: nodes emit their own paths and, when a proxy path is configured in them, public ones
 * too, often in one login. Which of the two a path is: the longer literal prefix decides, a tie means public.
 *
 * | mapping | node path | public path |
 * | --- | --- | --- |
 * | dash `/is-` | `/samlsso`, `/is-samlsso` | `/is-samlsso` |
 * | dash `/is-` | `/` | `/`: no public path is common to all of the service |
 * | slash `/is` | `/`, `/samlsso`, `/is/samlsso` | `/is/`, `/is/samlsso`, `/is/samlsso` |
 * | bare | anything | the same |
 *
 * Not idempotent where a mapping only takes a prefix away (public `/`, node `/app`) and the node's path repeats it (`/app/app/x`).
 */
export class PublicPaths {
	readonly #public: PrefixIndex<PathMapping>;
	/** By node prefix; `list` is ready for {@link toPublicPath}. */
	readonly #node: PrefixIndex<{ readonly mapping: PathMapping; readonly list: readonly PathMapping[] }>;
	/** What a cookie of the node's root gets as Path. */
	readonly cookieRoot: string;
	/** A node prefix that names the first label of the host (route/wildcardHost.ts), or null. */
	readonly label: string | null;
	/** The whole of a node is public under a prefix, and nobody knows its contexts. */
	readonly isWhole: boolean;

	private constructor({ mappings, pagePaths }: ServicePlan) {
		this.#public = publicPrefixes(mappings);
		this.#node = PrefixIndex.of(
			mappings.map((mapping) => ({ prefix: mapping.to, open: isDash(mapping), value: { mapping, list: [mapping] } })),
		);
		const whole = mappings.at(-1);
		const isRoot = whole !== undefined && mappings.every(({ from }) => from === whole.from || from.startsWith(`${whole.from}/`));
		this.label = mappings.find(({ to }) => to.includes(LABEL))?.to ?? null;
		this.isWhole = pagePaths.includes("/") && mappings.some(({ from, to }) => from !== "" && to === "");
		this.cookieRoot = !isRoot || whole.to !== "" || whole.from === "" ? "/" : whole.from;
	}

	/** The paths of a service; made once per plan. */
	static of(service: ServicePlan): PublicPaths {
		let paths = known.get(service);
		if (paths === undefined) {
			paths = new PublicPaths(service);
			known.set(service, paths);
		}
		return paths;
	}

	/**
	 * The public path of `path` (raw, from its first `/`, no query; dot segments resolved where that matters). The same string when it is
	 * public already, also when it is one of the `neighbours`: public prefixes of services on the same host.
	 */
	toPublic(path: string, neighbours: PrefixIndex<PathMapping> | null): string {
		const node = this.#node.find(path);
		if (node === null) return path;
		const length = node.prefix.length;
		if (leads(this.#public, path, length)) return path;
		if (neighbours !== null && leads(neighbours, path, length + 1)) return path;
		const { mapping, list } = node.value;
		const mapped = toPublicPath(list, path);
		return mapped === null || (mapped === mapping.from && isDash(mapping)) ? path : mapped;
	}
}

/** What is public by these mappings. */
export function publicPrefixes(mappings: readonly PathMapping[]): PrefixIndex<PathMapping> {
	return PrefixIndex.of(mappings.map((mapping) => ({ prefix: mapping.from, open: isDash(mapping), value: mapping })));
}

/** Swaps within a segment, like `/is-` for `/`. */
function isDash(mapping: PathMapping): boolean {
	return mapping.from.endsWith("-") && mapping.to.endsWith("/");
}

/** The path is under a public prefix of at least `length`. A dash prefix needs a context right after it. */
function leads(prefixes: PrefixIndex<PathMapping>, path: string, length: number): boolean {
	const entry = prefixes.find(path);
	if (entry === null || entry.prefix.length < length) return false;
	const end = entry.prefix.length;
	return !isDash(entry.value) || (path.length > end && path.charCodeAt(end) !== SLASH);
}

/** Lives as long as the plan it came from. */
const known = new WeakMap<ServicePlan, PublicPaths>();
