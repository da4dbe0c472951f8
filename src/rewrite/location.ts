import type { Plan } from "../plan/plan.ts";
import type { ServicePlan } from "../plan/service.ts";
import { firstLabel, isWildcard, wildcardOf, withoutLabel } from "../route/wildcardHost.ts";
import { hasDotSegments, resolveDotSegments } from "./dotSegments.ts";
import { HANDOVER } from "./leaks.ts";
import { Neighbours } from "./neighbours.ts";
import { nodeOriginTexts, originOf, publicOriginTexts } from "./originTexts.ts";
import { PublicPaths } from "./publicPaths.ts";

/** A service under one of its hosts. */
interface Face {
	/** `https://sso.example.com`. */
	readonly origin: string;
	/** The same without the scheme: `//sso.example.com`. */
	readonly relative: string;
	readonly neighbours: Neighbours;
}

/** Where the URLs of one origin lead outside. */
interface Place {
	readonly view: View;
	/** Of our own public origins, which stay what they are; null for a node's: it is known by the host that the client asked. */
	readonly face: Face | null;
	readonly isRelative: boolean;
}

/** What a node of one service may write. */
interface View {
	readonly service: ServicePlan;
	readonly paths: PublicPaths;
	/** By the host that a client asks. */
	readonly faces: ReadonlyMap<string, Face>;
	readonly canonical: Face;
	readonly hasWildcard: boolean;
	/** By the lower-case text up to the path: `https://localhost:9443`, `//localhost:9443`. */
	readonly places: Map<string, Place>;
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
 *
 * A node's origin becomes the one that the client asked, since cookies of a login are kept for that host. Another public host stays: a node that names
 * it, without a port of its own, sends the client there on purpose.
 */
export class RedirectMap {
	readonly #views: ReadonlyMap<ServicePlan, View>;
	/** Origins of all nodes that mean the same for every service: no loopback names. */
	readonly #nodes: ReadonlyMap<string, Place>;

	private constructor(views: ReadonlyMap<ServicePlan, View>, nodes: ReadonlyMap<string, Place>) {
		this.#views = views;
		this.#nodes = nodes;
	}

	static build(plan: Pick<Plan, "services" | "routes">): RedirectMap {
		const byHost = Neighbours.byHost(plan);
		const views = new Map<ServicePlan, View>();
		const nodes = new Map<string, Place>();
		for (const service of plan.services) {
			const view = viewOf(service, byHost.get(service) ?? new Map());
			views.set(service, view);
			for (const origin of service.nodeOrigins) {
				if (isLoopback(origin)) continue;
				for (const [text, place] of nodePlaces(origin, view)) if (!nodes.has(text)) nodes.set(text, place);
			}
		}
		for (const view of views.values()) addFronts(view, views);
		return new RedirectMap(views, nodes);
	}

	/**
	 * The URL as the client must see it; the same string when there is nothing to change.
	 *
	 * @param service the one whose node wrote it
	 * @param asked authority that the client asked, as in {@link ServicePlan.hosts}
	 */
	map(value: string, service: ServicePlan, asked: string): string {
		const first = value.charCodeAt(0);
		if (first === SLASH) {
			return value.charCodeAt(1) === SLASH ? this.#mapFrom(value, 2, service, asked) : this.#mapPath(value, service, asked);
		}
		if ((first | TO_LOWER) !== LETTER_H) return value;
		const colon = value.charCodeAt(5) === COLON ? 5 : 4;
		if (value.charCodeAt(colon) !== COLON || value.charCodeAt(colon + 1) !== SLASH || value.charCodeAt(colon + 2) !== SLASH) return value;
		return this.#mapFrom(value, colon + 3, service, asked);
	}

	/** As {@link map}, for what names an origin alone and stays one: `https://localhost:9443`. */
	mapOrigin(value: string, service: ServicePlan, asked: string): string {
		if (!ORIGIN.test(value)) return value;
		const place = this.#placeOf(value, service);
		return place === undefined ? value : faceOf(place, asked).origin;
	}

	#placeOf(origin: string, service: ServicePlan): Place | undefined {
		const text = origin.toLowerCase();
		const view = this.#views.get(service);
		return view?.places.get(text) ?? this.#nodes.get(text) ?? (view?.hasWildcard === true ? wildcardPlace(view, text) : undefined);
	}

	/** A URL whose authority begins at `authority`. */
	#mapFrom(value: string, authority: number, service: ServicePlan, asked: string): string {
		const end = authorityEnd(value, authority);
		const place = this.#placeOf(value.slice(0, end), service);
		if (place === undefined) return value;
		const pathEnd = findPathEnd(value, end);
		const path = value.slice(end, pathEnd) || "/";
		const isOthers = place.face !== null && isHandover(value, pathEnd, place.view, place.face.neighbours);
		const mapped = isOthers ? path : mapPath(path, place.view, place.face?.neighbours ?? null, asked);
		const { origin, relative } = faceOf(place, asked);
		return (place.isRelative ? relative : origin) + (mapped === path ? value.slice(end) : mapped + value.slice(pathEnd));
	}

	/** `/path?query#fragment`. */
	#mapPath(value: string, service: ServicePlan, asked: string): string {
		const view = this.#views.get(service);
		if (view === undefined || readsAsHost(value)) return value;
		const { origin, neighbours } = faceAt(view, asked);
		const pathEnd = findPathEnd(value, 0);
		const path = value.slice(0, pathEnd);
		const mapped = mapPath(path, view, neighbours, asked);
		if (mapped === path) return value;
		const reference = mapped + value.slice(pathEnd);
		return readsAsHost(reference) ? origin + reference : reference;
	}
}

/** A whole one, and nothing more (RFC 6454 section 6.2). */
const ORIGIN = /^https?:\/\/[^/?#]+$/i;

function faceOf({ view, face }: Place, asked: string): Face {
	return face ?? faceAt(view, asked);
}

/** A public origin of the service at one of the hosts that a wildcard stands for. */
function wildcardPlace({ places }: View, text: string): Place | undefined {
	const start = text.indexOf("//") + 2;
	const authority = text.slice(start);
	const place = places.get(text.slice(0, start) + wildcardOf(authority));
	return place?.face == null ? undefined : { ...place, face: labelled(place.face, firstLabel(authority)) };
}

function labelled({ origin, relative, neighbours }: Face, label: string): Face {
	return { origin: origin.replace("*", label), relative: relative.replace("*", label), neighbours };
}

function faceAt({ faces, canonical }: View, asked: string): Face {
	const face = faces.get(asked);
	if (face !== undefined) return face;
	const wildcard = faces.get(wildcardOf(asked));
	return wildcard === undefined ? canonical : labelled(wildcard, firstLabel(asked));
}

/**
 * The end of a login, at a relying party on our own host: a site for everything beside an identity provider under a prefix. The provider's own URLs have no
 * such parameters.
 */
function isHandover(value: string, pathEnd: number, { service, paths }: View, neighbours: Neighbours): boolean {
	return paths.isWhole && pathEnd < value.length && HANDOVER.test(value) && neighbours.hasOtherForAll(service);
}

/** Dot segments are resolved before the path is looked at, as the client will do, but stay as written where nothing is mapped. */
function mapPath(path: string, { service, paths }: View, neighbours: Neighbours | null, asked: string): string {
	const plain = hasDotSegments(path) ? resolveDotSegments(path) : path;
	const resolved = paths.label === null ? plain : withoutLabel(plain, paths.label, asked);
	const mapped = paths.toPublic(resolved, neighbours?.prefixes ?? null);
	if (mapped === resolved || mapped === plain) return path;
	// Only a product's own contexts tell that a path is its node's, whatever else is served there.
	return neighbours !== null && paths.isWhole && neighbours.answers(resolved, service) ? path : mapped;
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

/** @param byHost of this service */
function viewOf(service: ServicePlan, byHost: ReadonlyMap<string, Neighbours>): View {
	const scheme = service.publicOrigin.startsWith("https:") ? "https" : "http";
	const faces = new Map<string, Face>();
	for (const host of service.hosts) {
		const neighbours = byHost.get(host);
		if (neighbours !== undefined) faces.set(host, { origin: `${scheme}://${host}`, relative: `//${host}`, neighbours });
	}
	const canonical = faces.get(service.hosts[0] ?? "");
	if (canonical === undefined) throw new Error(`service ${service.name} has no host`);
	const places = new Map<string, Place>();
	const view: View = { service, paths: PublicPaths.of(service), faces, canonical, hasWildcard: service.hosts.some(isWildcard), places };
	for (const origin of service.nodeOrigins) {
		for (const [text, place] of nodePlaces(origin, view)) places.set(text, place);
	}
	for (const origin of service.ownOrigins) {
		for (const [text, place] of nodePlaces(origin, view)) places.set(text, place);
	}
	for (const [host, face] of faces) {
		for (const text of publicOriginTexts(host, scheme)) places.set(text, { view, face, isRelative: text.startsWith("//") });
	}
	return view;
}

/**
 * Origins of the same nodes for other kinds of traffic: the portals name addresses of APIs by `localhost` too. They lead to the hosts that serve that
 * traffic.
 */
function addFronts(view: View, views: ReadonlyMap<ServicePlan, View>): void {
	for (const [service, other] of views) {
		if (other === view || service.name !== view.service.name) continue;
		for (const origin of service.nodeOrigins) {
			for (const [text, place] of nodePlaces(origin, other)) if (!view.places.has(text)) view.places.set(text, place);
		}
	}
}

function* nodePlaces(origin: string, view: View): Generator<[text: string, place: Place]> {
	const absolute: Place = { view, face: null, isRelative: false };
	const relative: Place = { view, face: null, isRelative: true };
	for (const text of nodeOriginTexts(origin)) yield [text, text.startsWith("//") ? relative : absolute];
}

/** Names that every node may use for itself. */
function isLoopback(origin: string): boolean {
	const { host } = originOf(origin);
	return host === "localhost" || host.endsWith(".localhost") || host.startsWith("127.") || host === "[::1]" || host === "[0:0:0:0:0:0:0:1]";
}
