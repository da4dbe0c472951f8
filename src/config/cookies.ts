/** Which names a service's cookies have at its clients, and which of other services' it must not see. Pure. */
import type { PoolPlan } from "../plan/pool.ts";
import type { CookieCopyPlan, CookiePlan, PathMapping, ServicePlan } from "../plan/service.ts";
import type { CookieSpec } from "../products/product.ts";
import { isFree, productFor } from "../products/products.ts";
import { CookieNames } from "../rewrite/cookieNames.ts";
import type { Front } from "./front.ts";
import { allHosts, hostOf, serviceHosts } from "./hosts.ts";
import { prefixMapping } from "./patterns.ts";
import type { Config, ServiceConfig } from "./schema.ts";

/** Stands before the names of the service's cookies; empty where they are not kept apart. @param hosts by default its own */
export function cookieTag(
	config: Config,
	name: string,
	service: ServiceConfig,
	hosts: readonly string[] = serviceHosts(config, name, service),
): string {
	const { isolate } = service.cookies;
	const isOn = isolate === "auto" ? !isFree(service) && neighbours(config, name, hosts).length > 0 : isolate === "on";
	return isOn ? `${name}.` : "";
}

export function cookiePlan(config: Config, name: string, service: ServiceConfig, front: Front): CookiePlan {
	const others = neighbours(config, name, front.hosts);
	const isWide = front.name === null && isPrefixed(service);
	const preset = productFor(service);
	const { keep, acceptUntagged, maxHeader } = service.cookies;
	const kept = keptNames(service);
	const [head] = preset.heads;
	return {
		tag: cookieTag(config, name, service, front.hosts),
		kept,
		copied: preset.cookies.flatMap((cookie) => copyOf(cookie, front.mapping) ?? []).filter((copy) => !keep.includes(copy.name)),
		wide: isWide,
		bare: isWide ? preset.cookies.flatMap((cookie) => (cookie.bare === true ? cookie.name : [])) : [],
		piling: preset.cookies.flatMap((cookie) => (cookie.piles === true ? cookie.name.replace(/\*$/, "") : [])),
		foreignTags: others.flatMap(([other, settings]) => cookieTag(config, other, settings) || []),
		foreignKept: foreignNames(config, kept, others),
		acceptUntagged,
		maxHeader: maxHeader ?? head?.bytes ?? 0,
		mostHeader: maxHeader ?? head?.updated ?? head?.bytes ?? 0,
	};
}

/** Where a cookie of the application picks the member, the names that clients know it by. */
export function hashedAtClient<T extends Pick<PoolPlan, "key">>(balance: T, service: ServicePlan | undefined): T {
	const { key } = balance;
	if (key?.from !== "cookie" || service === undefined) return balance;
	const [name = key.name, older] = CookieNames.of(service).clientNames(key.name);
	return { ...balance, key: { ...key, name, ...(older === undefined ? {} : { older }) } };
}

/** What those that keep their cookies apart keep by name and this one does not. */
function foreignNames(config: Config, kept: readonly string[], others: readonly (readonly [string, ServiceConfig])[]): string[] {
	const names = others.flatMap(([other, settings]) => (cookieTag(config, other, settings) === "" ? [] : keptNames(settings)));
	return [...new Set(names)].filter((name) => !kept.includes(name));
}

function keptNames(service: ServiceConfig): string[] {
	const known = productFor(service).cookies.flatMap((cookie) => (cookie.kept === true && cookie.copiedTo === undefined ? cookie.name : []));
	return [...new Set([...known, ...service.cookies.keep])];
}

function copyOf({ name, copiedTo }: CookieSpec, { from, to }: PathMapping): CookieCopyPlan | null {
	if (copiedTo === undefined) return null;
	return { name, paths: copiedTo.map((path) => from + path.slice(to.length)) };
}

function isPrefixed(service: ServiceConfig): boolean {
	return service.bareContexts !== "off" && prefixMapping(service.prefix ?? "/").from !== "";
}

/** Other services on one of these hosts; browsers send cookies to every port of a host. */
function neighbours(config: Config, name: string, hosts: readonly string[]): [string, ServiceConfig][] {
	const names = hosts.map(hostOf);
	return Object.entries(config.services).filter(
		([other, settings]) => other !== name && allHosts(config, other, settings).some((host) => names.includes(hostOf(host))),
	);
}
