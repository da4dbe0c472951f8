/** What the products are by version, written down from what WSO2 publishes and not from the tables beside this file. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { formatProblems, loadText } from "../config/load.ts";
import { type PresetTable, presetTable } from "../config/presetTable.ts";
import type { ProductName } from "./products.ts";

type Row = readonly [what: string, there: string];

/** What each version has: `+`, or lacks: `-`, in the order of the versions above it. A path may name its pool: `/token@gateway`. */
const VERSIONS: Readonly<Record<Exclude<ProductName, "http">, { readonly versions: readonly string[]; readonly rows: readonly Row[] }>> = {
	"wso2-is": {
		versions: ["5.3", "5.9", "5.10", "5.11", "5.x", "6.0", "6.1", "7.0", "7.1", "7.2", "7.3", "7.x"],
		rows: [
			["/dashboard@servlet", "++----------"],
			["/portal@servlet", "++----------"],
			["/user-portal@servlet", "--+---------"],
			["/myaccount@servlet", "---+++++++++"],
			["/console@servlet", "---+++++++++"],
			["/api/server/v1/branding-preference@servlet", "-----+++++++"],
			["/api/server/v1/validation-rules@servlet", "------++++++"],
			["/api/server/v1/identity-governance/preferences@servlet", "---+++++++++"],
			["/api/server/v1/guests/invitation/accept@servlet", "-------+++++"],
			["/api/server/v1/flow/execute@servlet", "---------+++"],
			["/api/identity/consent-mgt/v1.0/consents@servlet", "--++++++++++"],
			["/api/event-configurations@servlet", "-------+++++"],
			["/oauth2/authn@servlet", "-------+++++"],
			["/oauth2/par@servlet", "-------+++++"],
			["/oauth2/ciba@servlet", "++++++++++++"],
			["/oauth2/ciba_authorize@servlet", "----------++"],
			["/oid4vci@servlet", "----------++"],
			["/accounts@servlet", "---------+++"],
			["/push-auth@servlet", "--------++++"],
			["/.well-known/assetlinks.json@servlet", "--------++++"],
			["/identity/cas@servlet", "++++++++++++"],
			["/commonauth@servlet", "++++++++++++"],
			["/token@gateway", "------------"],
			["pool servlet 9443 9763", "++++++++++++"],
			["check servlet GET /api/health-check/v1.0/health", "++++++++++++"],
			["check servlet GET /services/Version", "++++++++++++"],
			["cookie commonAuthId", "++++++++++++"],
			["cookie AM_ACC_TOKEN_DEFAULT_P2", "------------"],
			["heads 8 KiB", "++++++++++++"],
		],
	},
	"wso2-apim": {
		versions: ["2.1", "2.6", "3.0", "3.1", "3.2", "3.x", "4.0", "4.1", "4.2", "4.3", "4.4", "4.5", "4.6", "4.7", "4.x"],
		rows: [
			["/store@servlet", "++-------------"],
			["/devportal@servlet", "--+++++++++++++"],
			["/api/am/store@servlet", "++++++---------"],
			["/api/am/devportal@servlet", "------+++++++++"],
			["/api/am/gateway@servlet", "----+++++++++++"],
			["/api/am/devops@servlet", "-------++++++++"],
			["/api/am/service-catalog@servlet", "------+++++++++"],
			["/api/am/governance@servlet", "-----------++++"],
			["/internal@servlet", "----+++++++++++"],
			["/throttle/data@servlet", "++++-----------"],
			["/keymanager-operations@servlet", "----+++++++++++"],
			["/usage-data-receiver@servlet", "-------------++"],
			["/.well-known/webfinger@servlet", "+++++++++++++++"],
			["/token@gateway", "++++++---------"],
			["/revoke@gateway", "++++++---------"],
			["/authorize@gateway", "++++++---------"],
			["/userinfo@gateway", "++++++---------"],
			["/publisher@servlet", "+++++++++++++++"],
			["/{context}@gateway", "+++++++++++++++"],
			["/{context}@websocket", "+++++++++++++++"],
			["/{context}/{version}/webhooks_events_receiver_resource@websub", "------+++++++++"],
			["/{context}/webhooks_events_receiver_resource@websub", "------+++++++++"],
			["/t/{tenant}/{context}/{version}/webhooks_events_receiver_resource@websub", "------+++++++++"],
			["pool servlet 9443 9763", "+++++++++++++++"],
			["pool gateway 8243 8280", "+++++++++++++++"],
			["pool websocket 8099 9099", "+++++++++++++++"],
			["pool websub 8021 9021", "------+++++++++"],
			["check gateway tcp connect", "++-------------"],
			["check gateway GET /health-check", "--+++++++++++++"],
			["check websocket tcp connect", "++++++---------"],
			["check websocket GET /health", "------+++++++++"],
			["check websub GET /health-check", "------+++++++++"],
			["cookie commonAuthId", "+++++++++++++++"],
			["cookie AM_ACC_TOKEN_DEFAULT_P2", "--+++++++++++++"],
			["cookie WSO2_AM_TOKEN_1_Default", "--+++++++++++++"],
			["heads 8 KiB, updated 32", "+++++++++++++++"],
		],
	},
};

function has({ contexts, pools, cookies, heads }: PresetTable, what: string): boolean {
	return [
		...contexts.map(({ path, pool }) => `${path}@${pool}`),
		...pools.map(({ kind, https, http }) => `pool ${kind} ${https} ${http}`),
		...pools.flatMap(({ kind, checks }) => checks.map((check) => `check ${kind} ${check}`)),
		...cookies.map(({ name }) => `cookie ${name}`),
		...heads.map(({ bytes, updated }) => `heads ${bytes / 1024} KiB${updated === undefined ? "" : `, updated ${updated / 1024}`}`),
	].includes(what);
}

for (const [product, { versions, rows }] of Object.entries(VERSIONS)) {
	const tables = versions.map((version) => presetTable(product as ProductName, version));
	for (const [what, there] of rows) {
		test(`${product} ${what}: ${versions.map((version, at) => there[at] + version).join(" ")}`, () => {
			assert.equal(tables.map((table) => (has(table, what) ? "+" : "-")).join(""), there);
		});
	}
}

test("who may use what does not depend on the version", () => {
	const classes = new Map<string, string>();
	for (const [product, { versions }] of Object.entries(VERSIONS)) {
		for (const { contexts } of versions.map((version) => presetTable(product as ProductName, version))) {
			for (const { path, pool, methods, access } of contexts) {
				const key = `${product} ${path} ${pool} ${methods}`;
				assert.equal(access, classes.get(key) ?? access, key);
				classes.set(key, access);
			}
		}
	}
});

/** Contexts by who may use them, with each tenant and organisation form. */
const ACCESS: Readonly<Record<Exclude<ProductName, "http">, Readonly<Record<"public" | "restricted" | "blocked", string>>>> = {
	"wso2-is": {
		public: `/oauth2/authorize /oauth2/token /oauth2/revoke /oauth2/userinfo /oauth2/jwks /oauth2/par /oauth2/device /oauth2/device_authorize
			/oauth2/oidcdiscovery /.well-known /oidc/logout /oidc/checksession /samlsso /samlartresolve /passivests /identity/saml/slo /identity/oidc/slo
			/identity/metadata /commonauth /logincontext /longwaitstatus /identity/extend-session /acs /authenticationendpoint /accountrecoveryendpoint
			/myaccount /accounts /push-auth /oid4vci /oauth2/ciba /identity/cas /api/users/{version}/me /api/server/v1/branding-preference`,
		restricted: "/console /scim2 /api/server /api/users /oauth2/introspect /api/identity /fileupload /filedownload",
		blocked: "/carbon /services /api/health-check /registry",
	},
	"wso2-apim": {
		public: "/devportal /api/am/devportal /oauth2 /oidc /commonauth /authenticationendpoint /samlsso /{context} /t/{tenant}",
		restricted: `/publisher /admin /api/am/publisher /api/am/admin /api/am/gateway /api/am/devops /api/am/service-catalog /api/am/governance
			/internal /keymanager-operations /client-registration /oauth2/introspect /scim2`,
		blocked: "/carbon /services /health-check /api/am/gateway/{version}/server-startup-healthcheck",
	},
};

for (const [product, classes] of Object.entries(ACCESS)) {
	test(`${product}: login and APIs are public, management is restricted, consoles of the container are blocked`, () => {
		const { contexts } = presetTable(product as ProductName);
		for (const [access, paths] of Object.entries(classes)) {
			for (const path of paths.split(/\s+/)) assert.equal(contexts.find((row) => row.path === path)?.access, access, path);
		}
	});
}

test("time limits: five minutes to answer, as WSO2's own samples have, and three of silence, as the gateway's sockets", () => {
	for (const product of Object.keys(VERSIONS))
		assert.deepEqual(presetTable(product as ProductName).timeouts, { firstByte: 300_000, upstreamIdle: 180_000, tunnelIdle: 3_600_000 });
});

test("sessions keep their clients on a node at the servlet port, and nowhere else", () => {
	for (const product of Object.keys(VERSIONS)) {
		for (const { path, pool, access, affinity } of presetTable(product as ProductName).contexts)
			assert.equal(affinity, pool === "servlet" && access !== "blocked" ? "cookie" : null, path);
	}
});

const file = (product: string, version: string): string => `public: http://localhost:8080
listeners: [ { address: "127.0.0.1:0" } ]
services:
  s: { product: ${product}, version: ${version}, prefix: /, transport: http, nodes: [ { name: n, host: 10.0.0.11 } ] }
`;

/** What the product is taken to be: the user interfaces it has, or what is wrong. */
async function read(product: string, version: string): Promise<string> {
	const loaded = await loadText("portico.yaml", file(product, version), {}, 0);
	if ("problems" in loaded) return formatProblems(loaded.problems);
	const telling = ["/dashboard", "/user-portal", "/console", "/oauth2/authn", "/store", "/devportal", "/token", "/api/am/devops"];
	return telling.filter((path) => loaded.plan.routes.some(({ pattern }) => pattern === path)).join(" ");
}

for (const [product, versions, expected] of [
	["wso2-is", ["5.9", "'5.9'"], "/dashboard"],
	["wso2-is", ["5.10", '"5.10"', "5.10.0"], "/user-portal"],
	["wso2-is", ["5.11", "'5.11'", "5.x", "5", "6.0", "6.1", "6.1.0", "6.x", "6"], "/console"],
	["wso2-is", ["7.0", "7.1", "'7.1'", "7.3", "7.x", "7"], "/console /oauth2/authn"],
	["wso2-apim", ["2.6", "2.x"], "/store /token"],
	["wso2-apim", ["3.2", "'3.2'", "3.2.0", "3.x", "3"], "/devportal /token"],
	["wso2-apim", ["4.0"], "/devportal"],
	["wso2-apim", ["4.1", "4.2", "4.3", "4.4", "4.5", "4.5.0", "4.7", "4.x", "4"], "/devportal /api/am/devops"],
] as const) {
	test(`${product}: ${versions.join(", ")}, with quotes or without, is what has ${expected}`, async () => {
		for (const version of versions) assert.equal(await read(product, version), expected, version);
	});
}

for (const [product, version, told] of [
	["wso2-is", "7.9", /Portico does not know version `7\.9` of wso2-is; the nearest known one is 7\.x; known are 5\.0, /],
	["wso2-is", "5.12", /the nearest known one is 5\.x;/],
	["wso2-is", "8.0", /version `8\.0` .* the nearest known one is 7\.x;/],
	["wso2-apim", "1.10", /version `1\.10` of wso2-apim; the nearest known one is 2\.x;/],
	["wso2-apim", "2.3", /the nearest known one is 2\.2;/],
	["wso2-apim", "v4.5", /this is not a version; such as 4\.x or 3\.2/],
	["wso2-apim", "latest", /this is not a version/],
	["wso2-apim", "0x4", /this is not a version/],
	["wso2-apim", "-4", /this is not a version/],
	["wso2-apim", "[ 4.5 ]", /must be a string, not a list/],
] as const) {
	test(`${product} ${version} is refused, with what to write`, async () => {
		assert.match(await read(product, version), told);
	});
}
