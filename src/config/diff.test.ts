import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { stringify } from "yaml";
import type { Plan } from "../plan/plan.ts";
import { configChanges } from "./diff.ts";
import { makeTlsFiles, TODAY } from "./files.fixture.ts";
import { formatProblems, loadText } from "./load.ts";

const tls = await makeTlsFiles();
after(() => tls.remove());

// biome-ignore lint/suspicious/noExplicitAny: a configuration that tests change anywhere
type Draft = any;

const BASE: Draft = {
	public: "https://sso.example.com",
	listeners: [
		{ address: "127.0.0.1:8443", tls: { certificates: [{ cert: "sso.pem", key: "sso.key" }] } },
		{ address: "127.0.0.1:8080", redirectTo: "https" },
	],
	services: {
		is: {
			product: "wso2-is",
			prefix: "/is-",
			trust: "ca.pem",
			nodes: [
				{ name: "is-1", host: "10.0.0.11" },
				{ name: "is-2", host: "10.0.0.12" },
			],
		},
		billing: {
			product: "http",
			routes: [{ path: "/billing" }, { path: "/bills" }],
			nodes: [{ name: "b-1", url: "http://10.0.0.40:8080" }],
		},
	},
	secrets: { affinity: [{ id: "2026", secret: "a-secret-that-is-long-enough-0123456789" }] },
	accessLog: { path: "access.log", format: "combined" },
	admin: { address: "127.0.0.1:9990", tokens: [{ id: "ops", secret: "a-token-that-is-long-enough-0123456789" }] },
	workers: 2,
};

async function planOf(config: Draft): Promise<Plan> {
	const loaded = await loadText(`${tls.directory}/portico.yaml`, stringify(config), {}, TODAY);
	assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
	return loaded.plan;
}

async function changesOf(edit: (config: Draft) => void): Promise<string[]> {
	const edited = structuredClone(BASE);
	edit(edited);
	return configChanges(await planOf(BASE), await planOf(edited));
}

const table: readonly (readonly [what: string, edit: (config: Draft) => void, changes: readonly string[]])[] = [
	["nothing", () => undefined, []],
	[
		"a node that comes and one that goes",
		({ services: { is } }) => {
			is.nodes[1] = { name: "is-3", host: "10.0.0.13" };
		},
		["service is: node is-3 added (10.0.0.13)", "service is: node is-2 removed"],
	],
	[
		"settings of a node, once for all its ports",
		({ services: { is } }) => {
			is.nodes[0] = { ...is.nodes[0], weight: 3, state: "draining", zone: "fra" };
			is.nodes[1].standby = true;
		},
		["service is: node is-1: weight 1 → 3, state enabled → draining, zone none → fra", "service is: node is-2: standby false → true"],
	],
	[
		"where a node is",
		({ services: { is } }) => {
			is.nodes[0].host = "10.0.0.99";
			is.nodes[1].offset = 1;
		},
		["service is: node is-1: host 10.0.0.11 → 10.0.0.99", "service is: node is-2: servlet port 9443 → 9444"],
	],
	[
		"what nodes are trusted by",
		({ services: { is } }) => {
			is.trust = "sso.pem";
		},
		["service is: node is-1: TLS settings changed", "service is: node is-2: TLS settings changed"],
	],
	[
		"routes, named as long as they are few",
		({ services: { billing } }) => {
			billing.routes = [{ path: "/billing", methods: ["GET"] }, { path: "/invoices" }];
		},
		["service billing: route /invoices added", "service billing: route /bills removed", "service billing: route /billing changed"],
	],
	[
		"a service that comes and one that goes",
		({ services }) => {
			services.shop = { ...services.billing, routes: [{ path: "/shop" }], nodes: [{ name: "s-1", url: "http://10.0.0.50" }] };
			delete services.billing;
		},
		["service shop added, with 1 node", "service billing removed"],
	],
	[
		"how a pool is balanced and watched",
		({ services: { billing } }) => {
			billing.balance = { policy: "consistentHash", hash: { on: "path" } };
			billing.health = { check: { path: "/ok" } };
			billing.keepAlive = { idle: "5s" };
		},
		["service billing: pool http: balance, health, keepAlive changed"],
	],
	[
		"listeners",
		({ listeners }) => {
			listeners[0].tls.minVersion = "TLSv1.3";
			listeners[1] = { address: "127.0.0.1:8081" };
		},
		["listener 127.0.0.1:8443: minVersion TLSv1.2 → TLSv1.3", "listener 127.0.0.1:8081 added", "listener 127.0.0.1:8080 removed"],
	],
	[
		"what a listener does",
		({ listeners }) => {
			delete listeners[0].tls;
			listeners[1] = { address: "127.0.0.1:8080" };
		},
		["listener 127.0.0.1:8443: TLS off", "listener 127.0.0.1:8080: no longer redirects"],
	],
	[
		"settings of all",
		(config) => {
			Object.assign(config, { trustedProxies: ["10.0.0.0/8"], zone: "ams", limits: { connections: 7 }, timeouts: { connect: "1500ms" } });
		},
		["zone none → ams", "trustedProxies +10.0.0.0/8", "limits.connections 20000 → 7", "timeouts.connect 3s → 1500ms"],
	],
	[
		"logs",
		(config) => {
			config.accessLog = [
				{ path: "-", format: "json" },
				{ path: "access.log", format: "common" },
			];
		},
		["access log standard output added", `access log ${join(tls.directory, "access.log")} changed`],
	],
	[
		"keys and tokens, by their ids",
		(config) => {
			config.secrets.affinity.unshift({ id: "2027", secret: "another-secret-that-is-long-enough-01234" });
			config.admin.tokens[0].secret = "another-token-that-is-long-enough-01234";
			config.admin.hosts = ["lb-1"];
		},
		["secrets.affinity changed: 2027, 2026", "admin.hosts +lb-1", "admin.tokens changed"],
	],
	[
		"the order of services",
		(config) => {
			config.services = { billing: config.services.billing, is: config.services.is };
		},
		["the order changed"],
	],
	[
		"what only a restart changes is told elsewhere",
		(config) => {
			config.workers = 4;
			config.admin.address = "127.0.0.1:9991";
		},
		[],
	],
];

for (const [what, edit, changes] of table) {
	test(`it tells of ${what}`, async () => {
		assert.deepEqual(await changesOf(edit), changes);
	});
}

test("another prefix is told, and how many routes it changes", async () => {
	const changes = await changesOf(({ services: { is } }) => {
		is.prefix = "/sso-";
	});
	assert.equal(changes[0], "service is: prefix /is- → /sso-");
	assert.match(changes.slice(1).join(), /^service is: \d+ routes (?:changed|added,service is: \d+ routes removed)$/);
});

test("header rules of the file are told, but not their values, which may be secrets", async () => {
	const changes = await changesOf((config) => {
		Object.assign(config, { responseHeaders: { "X-Key": "hidden" }, requestHeaders: { Authorization: "Basic hidden" } });
	});
	assert.equal(changes[0], "responseHeaders changed");
	assert.ok(changes.length > 1, "routes have them too");
	assert.doesNotMatch(changes.join(), /hidden/);
});

test("a certificate with the same names is told, and nothing of its content", async () => {
	const before = await planOf(BASE);
	const changes = configChanges(before, {
		...before,
		listeners: before.listeners.map((listener) =>
			listener.tls === null
				? listener
				: {
						...listener,
						tls: { ...listener.tls, certificates: listener.tls.certificates.map((each) => ({ ...each, cert: "PEM", key: "PEM" })) },
					},
		),
	});
	assert.deepEqual(changes, ["listener 127.0.0.1:8443: certificates changed"]);
});

test("no secret is told, whatever changes", async () => {
	const before = await planOf(BASE);
	const without = { ...before, services: [], pools: [], members: [], routes: [], listeners: [], affinityKeys: [], accessLogs: [] };
	for (const changes of [configChanges(before, without), configChanges(without, before)]) {
		assert.doesNotMatch(changes.join(), /long-enough|BEGIN/);
	}
});
