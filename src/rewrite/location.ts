import type { Plan } from "../plan/plan.ts";
import type { PathMapping, ServicePlan } from "../plan/service.ts";
import { hasDotSegments, resolveDotSegments } from "./dotSegments.ts";
import { nodeOriginTexts, originOf, publicOriginTexts } from "./originTexts.ts";
import type { PrefixIndex } from "./prefixIndex.ts";
import { PublicPaths, publicPrefixes } from "./publicPaths.ts";

/** Where the URLs of one origin lead outside. */
interface Place {
	/** Replaces scheme and authority: `https://sso.example.com`, or `//sso.example.com` for a scheme-relative reference. */
	readonly origin: string;
	readonly paths: PublicPaths;
	/** Set for our own public origins, where other services' paths may follow. */
	readonly neighbours: PrefixIndex<PathMapping> | null;
}

/** What a node of one service may write. */
interface View {
	readonly publicOrigin: string;
	readonly paths: PublicPaths;
	readonly neighbours: PrefixIndex<PathMapping>;
	/** By the lower-case text up to the path: `https://localhost:9443`, `//localhost:9443`. */
	readonly places: ReadonlyMap<string, Place>;
}

const SLASH = 0x2f;
const BACKSLASH = 0x5c;
const QUESTION = 0x3f;
const HASH = 0x23;
const COLON = 0x3a;
const LETTER_H = 0x68;
const TO_LOWER = 0x20;

/**
 * Maps URLs that nodes put into response headers to what the client must see. Made from the plan alone, lives as long as its snapshot.
 *
 * Scheme and authority are compared as a whole with the texts a node may write, so whatever is spelled in an odd way (user info, a backslash, a
 * longer name that begins like a node's) is a foreign place, and foreign places leave byte for byte as they came. Relative references too: they
 * resolve in the public URL space. Query and fragment are never touched. A value is never turned into one that browsers read as another host.
 */
export class RedirectMap {
	readonly #views: ReadonlyMap<ServicePlan, View>;
	/** Origins of all nodes that mean the same for every service: no loopback names. */
	readonly #nodes: ReadonlyMap<string, Place>;

	private constructor(views: ReadonlyMap<ServicePlan, View>, nodes: ReadonlyMap<string, Place>) {
		this.#views = views;
		this.#nodes = nodes;
	}

	static build(plan: Plan): RedirectMap {
		const byHost = publicPrefixesByHost(plan.services);
		const views = new Map<ServicePlan, View>();
		const nodes = new Map<string, Place>();
		for (const service of plan.services) {
			views.set(service, viewOf(service, byHost));
			for (const origin of service.nodeOrigins) {
				if (isLoopback(origin)) continue;
				for (const [text, place] of nodePlaces(origin, service)) if (!nodes.has(text)) nodes.set(text, place);
			}
		}
		return new RedirectMap(views, nodes);
	}

	/** The URL as the client must see it; the same string when there is nothing to change. `service` is the one whose node wrote it. */
	map(value: string, service: ServicePlan): string {
		const first = value.charCodeAt(0);
		if (first === SLASH) return value.charCodeAt(1) === SLASH ? this.#mapFrom(value, 2, service) : this.#mapPath(value, service);
		if ((first | TO_LOWER) !== LETTER_H) return value;
		const colon = value.charCodeAt(5) === COLON ? 5 : 4;
		if (value.charCodeAt(colon) !== COLON || value.charCodeAt(colon + 1) !== SLASH || value.charCodeAt(colon + 2) !== SLASH) return value;
		return this.#mapFrom(value, colon + 3, service);
	}

	/** A URL whose authority begins at `authority`. */
	#mapFrom(value: string, authority: number, service: ServicePlan): string {
		const end = authorityEnd(value, authority);
		const text = value.slice(0, end).toLowerCase();
		const place = this.#views.get(service)?.places.get(text) ?? this.#nodes.get(text);
		if (place === undefined) return value;
		const pathEnd = findPathEnd(value, end);
		const path = value.slice(end, pathEnd) || "/";
		const mapped = mapPath(path, place.paths, place.neighbours);
		return place.origin + (mapped === path ? value.slice(end) : mapped + value.slice(pathEnd));
	}

	/** `/path?query#fragment`. */
	#mapPath(value: string, service: ServicePlan): string {
		const view = this.#views.get(service);
		if (view === undefined || readsAsHost(value)) return value;
		const pathEnd = findPathEnd(value, 0);
		const path = value.slice(0, pathEnd);
		const mapped = mapPath(path, view.paths, view.neighbours);
		if (mapped === path) return value;
		const reference = mapped + value.slice(pathEnd);
		return readsAsHost(reference) ? view.publicOrigin + reference : reference;
	}
}

/** Dot segments are resolved before the path is looked at, as the client will do, but stay as written where nothing is mapped. */
function mapPath(path: string, paths: PublicPaths, neighbours: PrefixIndex<PathMapping> | null): string {
	if (!hasDotSegments(path)) return paths.toPublic(path, neighbours);
	const resolved = resolveDotSegments(path);
	const mapped = paths.toPublic(resolved, neighbours);
	return mapped === resolved ? path : mapped;
}

/**
 * A reference beginning with `/` that a browser takes for `//host`: browsers read `\` as `/` and drop tabs and line ends (WHATWG URL,
 * "relative slash state").
 */
function readsAsHost(reference: string): boolean {
	const second = reference.charCodeAt(1);
	return second === SLASH || second === BACKSLASH || second < 0x20;
}

function authorityEnd(value: string, from: number): number {
	for (let index = from; index < value.length; index++) {
		const code = value.charCodeAt(index);
		if (code === SLASH || code === QUESTION || code === HASH) return index;
	}
	return value.length;
}

function findPathEnd(value: string, from: number): number {
	for (let index = from; index < value.length; index++) {
		const code = value.charCodeAt(index);
		if (code === QUESTION || code === HASH) return index;
	}
	return value.length;
}

function viewOf(service: ServicePlan, byHost: ReadonlyMap<string, PrefixIndex<PathMapping>>): View {
	const paths = PublicPaths.of(service);
	const places = new Map<string, Place>();
	for (const origin of service.nodeOrigins) {
		for (const [text, place] of nodePlaces(origin, service)) places.set(text, place);
	}
	const scheme = service.publicOrigin.startsWith("https:") ? "https" : "http";
	for (const host of service.hosts) {
		const neighbours = byHost.get(host) ?? null;
		for (const text of publicOriginTexts(host, scheme)) {
			places.set(text, { origin: text.startsWith("//") ? `//${host}` : `${scheme}://${host}`, paths, neighbours });
		}
	}
	const canonical = byHost.get(service.hosts[0] ?? "") ?? publicPrefixes([]);
	return { publicOrigin: service.publicOrigin, paths, neighbours: canonical, places };
}

function* nodePlaces(origin: string, service: ServicePlan): Generator<[text: string, place: Place]> {
	const { publicOrigin } = service;
	const paths = PublicPaths.of(service);
	const absolute: Place = { origin: publicOrigin, paths, neighbours: null };
	const relative: Place = { origin: publicOrigin.slice(publicOrigin.indexOf("//")), paths, neighbours: null };
	for (const text of nodeOriginTexts(origin)) yield [text, text.startsWith("//") ? relative : absolute];
}

/** The public prefixes of all services by the host they are served on. */
function publicPrefixesByHost(services: readonly ServicePlan[]): Map<string, PrefixIndex<PathMapping>> {
	const mappings = new Map<string, PathMapping[]>();
	for (const service of services) {
		for (const host of service.hosts) {
			const ofHost = mappings.get(host) ?? [];
			mappings.set(host, ofHost);
			for (const mapping of service.mappings) ofHost.push(mapping);
		}
	}
	return new Map(Array.from(mappings, ([host, ofHost]) => [host, publicPrefixes(ofHost)]));
}

/** Names that every node may use for itself. */
function isLoopback(origin: string): boolean {
	const { host } = originOf(origin);
	return host === "localhost" || host.endsWith(".localhost") || host.startsWith("127.") || host === "[::1]" || host === "[0:0:0:0:0:0:0:1]";
}
