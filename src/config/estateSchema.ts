/** Roles of the nodes of a WSO2 product, and the hosts of its kinds of traffic and its tenants, as portico.yaml has them. */
import { z } from "zod";
import { ROLES } from "../products/product.ts";
import { PRODUCTS } from "../products/products.ts";
import { plainPath, publicHost } from "./scalars.ts";

const TENANT = /^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,98}[A-Za-z0-9])?$/;
/** `{name}` is the first label of the request's host. */
const TENANTS = /^[A-Za-z0-9._-]{0,99}\{name\}[A-Za-z0-9._-]{0,99}$/;

function isTenant(name: string): boolean {
	return TENANT.test(name);
}

const noTenant = (issue: { readonly input?: unknown }): string =>
	`${JSON.stringify(issue.input)} is not the name of a tenant\nsuch as foo.com`;
const tenantAlias = z.string().refine(isTenant, { error: noTenant }).meta({ title: "tenant" });
const tenantName = z
	.string()
	.refine((name) => isTenant(name) || TENANTS.test(name), { error: noTenant })
	.meta({ title: "tenant" });

/** What people call a role. */
const HABITS: Readonly<Record<string, string>> = {
	worker: "gateway",
	gw: "gateway",
	cp: "control-plane",
	acp: "control-plane",
	km: "key-manager",
	tm: "traffic-manager",
	store: "devportal",
	"developer-portal": "devportal",
	default: "all",
};

/** Roles by other words: those, and the names of WSO2's profiles and distributions. */
const ROLE_BY_WORD: ReadonlyMap<string, string> = new Map([
	...Object.entries(HABITS),
	...Object.values(PRODUCTS).flatMap((product) =>
		product.roles.flatMap(({ role, profiles }) => profiles.map((name): [string, string] => [name, role])),
	),
]);

const ROLE_NAMES = ["all", ...ROLES] as const;

export const roles = z
	.array(
		z.enum(ROLE_NAMES, {
			error: (issue) => {
				const meant = typeof issue.input === "string" ? ROLE_BY_WORD.get(issue.input.toLowerCase().replaceAll("_", "-")) : undefined;
				const hint = meant === undefined ? `there are: ${ROLE_NAMES.join(", ")}` : `write ${meant}`;
				return `${JSON.stringify(issue.input)} is not a role\n${hint}`;
			},
		}),
	)
	.min(1)
	.default(["all"]);

/** @param what kind of traffic, and @param effect of the block, both for the documentation */
export function trafficHost(what: string, effect = "") {
	return z
		.strictObject({
			host: publicHost.optional().describe(`Public host of ${what}.`),
			hosts: z.array(publicHost).min(1).optional().describe("Several public hosts; the first one is canonical."),
			prefix: plainPath.optional().describe("Path in front of every API, for example `/gateway`. Portico removes it from requests."),
		})
		.optional()
		.describe(`Only \`wso2-apim\`: separate hosts, or a prefix, for ${what}. ${effect}`.trim());
}

const tenant = z.strictObject({
	tenant: tenantName.describe(
		"The tenant's domain, as API Manager knows it: `foo.com`. `{name}` stands for the first label of the host: with `tenant: '{name}.com'` and `gateway: '{name}.gw.example.com'`, one wildcard host serves many tenants.",
	),
	gateway: publicHost
		.optional()
		.describe("Host of the tenant's APIs, including WebSocket and WebSub: `https://HOST/x` is `/t/TENANT/x` on the gateways."),
	devportal: publicHost
		.optional()
		.describe(
			"Host of its developer portal: `https://HOST/` is `/devportal/`. Login pages, OAuth and the portal's API keep their paths. URLs with the service's own host in responses get this host. Nodes get `X-WSO2-Tenant`.",
		),
	alias: tenantAlias.optional().describe("Name of the tenant in public paths: `/t/ALIAS/x` is `/t/TENANT/x` on the nodes."),
});

export const tenants = z
	.array(tenant)
	.default([])
	.describe("Only `wso2-apim`: tenants that have hosts of their own, or another name in public paths.");
