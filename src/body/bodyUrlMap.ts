import type { ServicePlan } from "../plan/service.ts";
import type { RedirectMap } from "../rewrite/location.ts";
import { publicOriginTexts } from "../rewrite/originTexts.ts";
import { PublicPaths } from "../rewrite/publicPaths.ts";
import { BoundedMemo } from "./boundedMemo.ts";
import { ContextIndex } from "./contextIndex.ts";

/** What all hosts of a service share. */
class ServiceTexts {
	readonly isWhole: boolean;
	readonly contexts: ContextIndex;
	readonly starts: Uint8Array;
	readonly ours: ReadonlySet<string>;

	private constructor(service: ServicePlan) {
		const scheme = service.publicOrigin.startsWith("https:") ? "https" : "http";
		this.isWhole = PublicPaths.of(service).isWhole;
		this.contexts = new ContextIndex(this.isWhole ? service.pagePaths : service.pagePaths.filter((path) => path !== "/"));
		this.starts = this.contexts.starts();
		this.ours = new Set(service.hosts.flatMap((host) => [...publicOriginTexts(host, scheme)]));
	}

	static of(service: ServicePlan): ServiceTexts {
		const texts = known.get(service) ?? new ServiceTexts(service);
		known.set(service, texts);
		return texts;
	}
}

/** Lives as long as the plan it came from. */
const known = new WeakMap<ServicePlan, ServiceTexts>();

/** Maps URLs and paths in the bodies of one service's nodes to those that clients of one of its hosts see. Lifetime: snapshot. */
export class BodyUrlMap {
	readonly #service: ServicePlan;
	readonly #redirects: RedirectMap;
	readonly #asked: string;
	readonly #contexts: ContextIndex;
	/** Our public origins as nodes may write them, lower case. */
	readonly #ours: ReadonlySet<string>;
	/** Some node path has another public one. */
	readonly mapsPaths: boolean;
	/** The node's contexts are not known: any path may be its own, where what stands around it says that it is one at all. */
	readonly isWhole: boolean;
	/** An origin alone, which a node wrote, has the whole prefix outside: a slash form. */
	readonly prefixesOrigins: boolean;
	/** By character: 1 for those that a path of one of the service's contexts may begin with, behind its slash. */
	readonly contextStarts: Uint8Array;

	readonly #named = new BoundedMemo((origin) => this.#isNamed(origin));
	readonly #paths = new BoundedMemo((path) => this.#toPublic(path));
	readonly #urls = new BoundedMemo((url) => this.#redirects.map(url, this.#service, this.#asked));

	/** @param asked authority that the client asked, one of the service's hosts */
	constructor(service: ServicePlan, redirects: RedirectMap, asked: string) {
		const { isWhole, contexts, starts, ours } = ServiceTexts.of(service);
		this.#service = service;
		this.#redirects = redirects;
		this.#asked = asked;
		this.isWhole = isWhole;
		this.#contexts = contexts;
		this.contextStarts = starts;
		this.#ours = ours;
		this.prefixesOrigins = service.mappings.some(({ from, to }) => from !== "" && to === "");
		this.mapsPaths = !this.#contexts.isEmpty && service.mappings.some(({ from, to }) => from !== to);
	}

	/** Whether an origin, as written, is ours or a node's: others are not looked at any further. */
	names(origin: string): boolean {
		return this.#named.of(origin);
	}

	/**
	 * The public URL of one that a node wrote, the same string where there is nothing to change.
	 * @param origin one of {@link names}: `https://localhost:9443` or `//localhost:9443`
	 * @param path empty, or from its first slash on; no query
	 */
	url(origin: string, path: string): string {
		// Under our own name a path that is none of the service's contexts is left alone: it may be a neighbour's.
		if (this.#ours.has(origin.toLowerCase()) && !this.#contexts.has(path)) return this.#publicOrigin(origin) + path;
		const mapped = this.#urls.of(origin + path);
		// An origin alone is often joined with a path in a script: a slash more would be one too many.
		return path === "" && mapped.endsWith("/") ? mapped.slice(0, -1) : mapped;
	}

	/** The public path of a node path that is one of the service's contexts; empty for any other. */
	path(path: string): string {
		return this.#paths.of(path);
	}

	#isNamed(origin: string): boolean {
		return this.#ours.has(origin.toLowerCase()) || this.#redirects.map(`${origin}/`, this.#service, this.#asked) !== `${origin}/`;
	}

	#toPublic(path: string): string {
		return this.#contexts.has(path) ? this.#redirects.map(path, this.#service, this.#asked) : "";
	}

	#publicOrigin(origin: string): string {
		const mapped = this.#urls.of(`${origin}/`);
		return mapped.slice(0, mapped.indexOf("/", mapped.indexOf("//") + 2));
	}
}
