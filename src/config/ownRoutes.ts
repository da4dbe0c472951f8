/** Redirects and fixed responses of the file as the data path sees them. Pure. */
import { createHash } from "node:crypto";
import { extname } from "node:path";
import { authorityKey } from "../http/uri.ts";
import type { FixedResponsePlan, OwnRoutePlan, RedirectPlan } from "../plan/ownRoute.ts";
import { partsOf } from "../rewrite/redirectTarget.ts";
import { type HeaderOrigins, mergedHeaderRules } from "./headerRules.ts";
import { allHosts, publicOrigin, serviceHosts } from "./hosts.ts";
import { withoutSlash } from "./patterns.ts";
import type { FixedResponseConfig, RedirectConfig } from "./redirectsSchema.ts";
import type { Config } from "./schema.ts";
import type { ConfigPath } from "./source.ts";

/** A redirect or fixed response, and where the file has it. */
export interface WrittenOwnRoute {
	readonly at: ConfigPath;
	/** Null: the file has it. */
	readonly service: string | null;
	/** As written; null: those of the service, or of all. */
	readonly hosts: readonly string[] | null;
	readonly redirect: RedirectConfig | null;
	readonly fixed: FixedResponseConfig | null;
}

/** In the order of the file. */
export function writtenOwnRoutes(config: Config): WrittenOwnRoute[] {
	const of = (owner: Owner, service: string | null): WrittenOwnRoute[] => {
		const path: ConfigPath = service === null ? [] : ["services", service];
		return [
			...owner.redirects.map((redirect, index) => ({
				...{ at: [...path, "redirects", index], service, hosts: hostsOf(redirect) },
				...{ redirect, fixed: null },
			})),
			...owner.responses.map((fixed, index) => ({
				...{ at: [...path, "responses", index], service, hosts: hostsOf(fixed) },
				...{ redirect: null, fixed },
			})),
		];
	};
	return [...of(config, null), ...Object.entries(config.services).flatMap(([name, service]) => of(service, name))];
}

interface Owner {
	readonly redirects: readonly RedirectConfig[];
	readonly responses: readonly FixedResponseConfig[];
}

function hostsOf(entry: RedirectConfig | FixedResponseConfig): readonly string[] | null {
	return "hosts" in entry ? (entry.hosts ?? null) : null;
}

/** Hosts that no service has, as routes are found by them; without `*`. */
export function ownRouteHosts(config: Config): string[] {
	const scheme = publicOrigin(config)?.scheme ?? "https";
	const served = new Set(Object.entries(config.services).flatMap(([name, service]) => allHosts(config, name, service)));
	const written = writtenOwnRoutes(config).flatMap(({ hosts }) => hosts ?? []);
	const keys = written.flatMap((host) => (host === "*" ? [] : (authorityKey(host, scheme) ?? [])));
	return [...new Set(keys)].filter((host) => !served.has(host));
}

/** @param contents of files, by name as written; a file that is not there is empty @param origins gets the place of each header rule */
export function ownRoutePlans(config: Config, contents: ReadonlyMap<string, Buffer>, origins: HeaderOrigins): OwnRoutePlan[] {
	const scheme = publicOrigin(config)?.scheme ?? "https";
	return writtenOwnRoutes(config).map(({ service, hosts, redirect, fixed }) => {
		const settings = service === null ? undefined : config.services[service];
		const { path, match } = redirect === null ? fixedPlace(fixed) : { path: redirect.from, match: redirect.match };
		const exact = match === "exact";
		const kind = redirect === null ? "response" : "redirect";
		const place = exact ? path : `${withoutSlash(path)}/*`;
		const id = `${service ?? ""}:${kind}:${place}${hosts === null ? "" : `@${hosts[0]}`}`;
		const ofService = service === null || settings === undefined ? null : serviceHosts(config, service, settings);
		const key = "responseHeaders";
		const levels = [
			{ ...config[key], path: [key] },
			...(service === null || settings === undefined ? [] : [{ ...settings[key], path: ["services", service, key] }]),
		];
		return {
			id,
			service: service ?? "",
			hosts: hosts === null ? ofService : hosts.map((host) => (host === "*" ? host : (authorityKey(host, scheme) ?? host))),
			pattern: exact ? path : withoutSlash(path) || "/",
			exact,
			responseHeaders: mergedHeaderRules(levels, origins),
			response: redirect === null ? fixedPlan(fixed, contents) : redirectPlan(redirect),
		};
	});
}

function fixedPlace(fixed: FixedResponseConfig | null): { path: string; match: "exact" | "prefix" } {
	return fixed ?? { path: "/", match: "exact" };
}

function redirectPlan({ status, to, match, keepPath, keepQuery }: RedirectConfig): RedirectPlan {
	const hasQuery = partsOf(to).tail.includes("?");
	return { kind: "redirect", status, to, keepPath: match === "prefix" && keepPath !== false, keepQuery: keepQuery ?? !hasQuery };
}

const TEXT = "text/plain; charset=utf-8";
const TYPES: Readonly<Record<string, string>> = {
	".css": "text/css; charset=utf-8",
	".gif": "image/gif",
	".html": "text/html; charset=utf-8",
	".ico": "image/x-icon",
	".jpeg": "image/jpeg",
	".jpg": "image/jpeg",
	".js": "text/javascript; charset=utf-8",
	".json": "application/json",
	".png": "image/png",
	".svg": "image/svg+xml",
	".txt": TEXT,
	".webmanifest": "application/manifest+json",
	".webp": "image/webp",
	".xml": "application/xml",
};

function fixedPlan(fixed: FixedResponseConfig | null, contents: ReadonlyMap<string, Buffer>): FixedResponsePlan {
	const { status = 200, body, file, type, headers: more = {} } = fixed ?? {};
	const bytes = file === undefined ? Buffer.from(body ?? "") : (contents.get(file) ?? Buffer.alloc(0));
	const contentType = type ?? TYPES[extname(file ?? "").toLowerCase()] ?? TEXT;
	const headers = [...(bytes.length === 0 ? [] : [["Content-Type", contentType] as const]), ...Object.entries(more)];
	return { kind: "fixed", status, headers, body: bytes.toString("base64"), etag: status === 200 ? tagOf(bytes, headers) : null };
}

/** Another one for another content, whatever instance made it. */
function tagOf(bytes: Buffer, headers: readonly (readonly [string, string])[]): string {
	const digest = createHash("sha256").update(JSON.stringify(headers)).update(bytes).digest("base64url");
	return `"${digest.slice(0, 22)}"`;
}
