/** How the members of a pool are watched: the pool's own word, else the service's, else the product's. Pure. */

import type { BodyMatch, CheckPlan, HealthPlan, HttpProbe, ProbePlan } from "../plan/health.ts";
import { BREAKER, CHECK, presetHealth } from "../products/presetHealth.ts";
import { PRODUCTS } from "../products/products.ts";
import type { CheckConfig, HealthConfig } from "./healthSchema.ts";
import type { ServiceConfig } from "./schema.ts";

/** @param host the service's first public authority */
export function healthPlan(service: ServiceConfig, kind: string, host: string): HealthPlan {
	const settings = healthSettings(service, kind);
	const preset = presetHealth({ product: PRODUCTS[service.product], version: service.version, kind, host });
	const { gatedBy = preset.gatedBy, passive, breaker, maxEjected, panic } = settings;
	const gate = gatedBy === "off" ? null : gatedBy;
	return {
		check: checkPlan(settings, { preset: preset.check, host, gated: gate !== null }),
		gatedBy: gate,
		passive: { ...over(preset.passive, passive), inARow: over(preset.passive.inARow, passive) },
		breaker: breaker === undefined ? preset.breaker : breaker === "off" ? null : over(preset.breaker ?? BREAKER, breaker),
		...over({ maxEjected: preset.maxEjected, panic: preset.panic }, { maxEjected, panic }),
	};
}

/** What the file says of a pool, the service's word where the pool has none. */
export function healthSettings(service: ServiceConfig, kind: string): HealthConfig {
	const base = service.health;
	const own = Object.entries(service.pools).find(([name]) => name === kind)?.[1].health ?? {};
	return {
		...base,
		...own,
		check: unlessOff(base.check, own.check),
		passive: together(base.passive, own.passive),
		breaker: unlessOff(base.breaker, own.breaker),
	};
}

function together<T extends object>(base: T | undefined, own: T | undefined): T | undefined {
	return base === undefined || own === undefined ? (own ?? base) : { ...base, ...own };
}

function unlessOff<T extends object>(base: T | "off" | undefined, own: T | "off" | undefined): T | "off" | undefined {
	return own === undefined || own === "off" || base === "off" ? (own ?? base) : together(base, own);
}

function checkPlan(
	{ check }: HealthConfig,
	{ preset, host, gated }: { readonly preset: CheckPlan | null; readonly host: string; readonly gated: boolean },
): CheckPlan | null {
	if (check === "off") return null;
	if (check === undefined) return preset;
	const { interval = CHECK.interval } = check;
	const base = { ...CHECK, fastInterval: Math.min(CHECK.fastInterval, interval), downInterval: interval };
	const probe = preset === null || asksItsOwn(check) ? probePlan(check, preset === null, host) : null;
	const asked = preset === null || probe !== null ? { probes: probe === null ? [] : [probe], onAbsent: gated ? "gate" : "fail" } : preset;
	return { ...over(base, check), probes: asked.probes, onAbsent: asked.onAbsent === "gate" ? "gate" : "fail" };
}

/** Whether the file says what to ask, not only when. */
export function asksItsOwn({ kind, path, method, headers, via, status, body, bodyLimit, absent }: CheckConfig): boolean {
	return [kind, path, method, headers, via, status, body, bodyLimit, absent].some((value) => value !== undefined);
}

function probePlan(check: CheckConfig, isFree: boolean, host: string): ProbePlan {
	const { via = null } = check;
	const kind = check.kind ?? (isFree && check.path === undefined ? "tcp" : "http");
	if (kind !== "http") return { kind, via };
	const { path = "/", method = "GET", headers = {}, status = [[200, 299]], body, bodyLimit = 64 * 1024, absent = [] } = check;
	const probe: HttpProbe = {
		kind,
		via,
		method,
		path,
		host,
		headers: Object.entries(headers),
		statuses: status,
		body: bodyMatch(body),
		bodyBytes: bodyLimit,
		absentOn: absent,
	};
	return probe;
}

function bodyMatch(body: CheckConfig["body"]): BodyMatch | null {
	if (body?.contains !== undefined) return { kind: "contains", text: body.contains };
	return body?.matches === undefined ? null : { kind: "matches", pattern: body.matches };
}

/** The base with those of its fields that the file has. */
function over<T extends object>(base: T, file: { readonly [K in keyof T]?: T[K] | undefined } | undefined): T {
	const changed = Object.entries(file ?? {}).filter(([key, value]) => key in base && value !== undefined);
	return { ...base, ...Object.fromEntries(changed) };
}
