import type { ServicePlan } from "../../plan.ts";
import type { RedirectMap } from "../location.ts";
import { publicOriginTexts } from "../originTexts.ts";
import { ContextIndex } from "./contextIndex.ts";

/** What the bodies of one service's nodes are rewritten by. Lifetime: snapshot. */
export class BodyView {
	readonly #service: ServicePlan;
	readonly #redirects: RedirectMap;
	readonly #contexts: ContextIndex;
	/** Our public origins as nodes may write them, lower case. */
	readonly #ours: ReadonlySet<string>;
	/** Some node path has another public one. */
	readonly mapsPaths: boolean;

	constructor(service: ServicePlan, redirects: RedirectMap) {
		const scheme = service.publicOrigin.startsWith("https:") ? "https" : "http";
		this.#service = service;
		this.#redirects = redirects;
		this.#contexts = new ContextIndex(service.pagePaths);
		this.#ours = new Set(service.hosts.flatMap((host) => [...publicOriginTexts(host, scheme)]));
		this.mapsPaths = this.#contexts.size > 0 && service.mappings.some(({ from, to }) => from !== to);
	}

	/**
	 * The public URL of one that a node wrote, the same string where there is nothing to change.
	 * @param origin `https://localhost:9443` or `//localhost:9443`, as written
	 * @param path empty, or from its first slash on; no query
	 */
	url(origin: string, path: string): string {
		if (this.#ours.has(origin.toLowerCase()) && !this.#contexts.has(path)) return this.#publicOrigin(origin) + path;
		const mapped = this.#redirects.map(origin + path, this.#service);
		// An origin alone is often joined with a path in a script: a slash more would be one too many.
		return path === "" && mapped.endsWith("/") ? mapped.slice(0, -1) : mapped;
	}

	/** Under our own name a path that is none of the service's contexts is left alone: it may be a neighbour's. */
	#publicOrigin(origin: string): string {
		const mapped = this.#redirects.map(`${origin}/`, this.#service);
		return mapped.slice(0, mapped.indexOf("/", mapped.indexOf("//") + 2));
	}

	/** The public path of a node path that is one of the service's contexts; null for any other. */
	path(path: string): string | null {
		return this.#contexts.has(path) ? this.#redirects.map(path, this.#service) : null;
	}
}
