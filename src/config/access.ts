/** Who may use a route, of all that the file says about it. Pure. */

import type { HtpasswdUser } from "../auth/htpasswd.ts";
import type { RoutePlan } from "../plan/route.ts";
import type { UserListPlan } from "../plan/users.ts";
import { EVERYONE } from "./accessSchema.ts";
import type { Config, RouteConfig, ServiceConfig } from "./schema.ts";

const ALL: readonly string[] = ["0.0.0.0/0", "::/0"];

/** With CIDRs for names. */
function addressesOf({ networks }: Pick<Config, "networks">, list: readonly string[]): string[] {
	return list.flatMap((each) => (each === EVERYONE ? ALL : Object.hasOwn(networks, each) ? (networks[each] ?? []) : [each]));
}

/** The list nearest to the route counts: its own `allow`, that of its access class, that of its service. What is denied adds up. */
export function accessOf(
	config: Config,
	{ access: own }: ServiceConfig,
	access: RoutePlan["access"],
	settings: RouteConfig | undefined,
): Pick<RoutePlan, "allow" | "deny" | "users"> {
	const ofClass = access === "restricted" ? own.restricted : null;
	const allow = settings?.allow ?? ofClass?.allow ?? own.allow ?? null;
	const deny = [...(own.deny ?? []), ...(settings?.deny ?? [])];
	const users = access === "blocked" ? undefined : (settings?.basicAuth ?? ofClass?.basicAuth ?? own.basicAuth);
	return {
		allow: allow === null ? null : addressesOf(config, allow),
		deny: addressesOf(config, deny),
		users: users === undefined ? -1 : Object.keys(config.basicAuth).indexOf(users),
	};
}

/** Whether some client may use the route. */
export function admitsAnyone(
	config: Config,
	service: ServiceConfig,
	access: RoutePlan["access"],
	settings: RouteConfig | undefined,
): boolean {
	const { allow } = accessOf(config, service, access, settings);
	return access === "public" || (access === "restricted" && (allow ?? []).length > 0);
}

/** @param htpasswd users by file as written */
export function userLists(
	{ basicAuth }: Pick<Config, "basicAuth">,
	htpasswd: ReadonlyMap<string, readonly HtpasswdUser[]>,
): UserListPlan[] {
	return Object.entries(basicAuth).map(([name, { realm = name, users, htpasswd: files, passAuthorization }]) => ({
		name,
		realm,
		users: [
			...users.map(({ name, password }): [string, string] => [name, password]),
			...files.flatMap((file) => (htpasswd.get(file) ?? []).map(({ name, hash }): [string, string] => [name, hash])),
		],
		passAuthorization,
	}));
}
