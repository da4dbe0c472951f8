/** The same client, path, header or cookie goes to the same node: in all workers, in all instances, whatever happens to the others. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { type Portico, startPortico } from "../../harness/portico.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { home, Nodes, nameOf } from "./rig.ts";

const nodes = new Nodes(3);
const servers = await Promise.all(nodes.scripts.map((script) => startRawServer({ after }, script)));

/** A service at `/name` for each of these settings, all with the same nodes. */
const SERVICES = {
	header: { hash: { on: "header", name: "X-Tenant" }, bound: "off" },
	cookie: { hash: { on: "cookie", name: "tab" }, bound: "off" },
	path: { hash: { on: "path" }, bound: "off" },
	client: { bound: "off" },
	even: { hash: { on: "header", name: "X-Tenant" }, bound: 1 },
	usual: { hash: { on: "header", name: "X-Tenant" } },
};

/** @param order of the nodes in the file @param away are disabled */
async function start(workers: number, order: readonly number[], away: readonly number[] = []): Promise<Portico> {
	const service = (name: string, balance: object): object => ({
		product: "http",
		routes: [{ path: `/${name}` }],
		nodes: order.map((index) => ({
			name: `${nameOf(index)}-${name}`,
			url: `http://127.0.0.1:${servers[index]?.port}`,
			state: away.includes(index) ? "disabled" : "enabled",
		})),
		balance: { policy: "consistentHash", ...balance },
	});
	return startPortico(
		{ after },
		{
			public: "http://localhost",
			listeners: [{ address: "127.0.0.1:0" }],
			services: Object.fromEntries(Object.entries(SERVICES).map(([name, balance]) => [name, service(name, balance)])),
			accessLog: [],
			workers,
		},
	);
}

const portico = await start(2, [0, 1, 2]);
const other = await start(1, [2, 0, 1]);
const withoutFirst = await start(1, [0, 1, 2], [0]);

const TENANTS = Array.from({ length: 24 }, (_, index) => `tenant-${index}`);
const at = (front: Portico, tenant: string) => home({ after }, front, "/header", [`X-Tenant: ${tenant}`]);

test("a header's value decides, on every connection and in every worker", async () => {
	const seen = new Set<string>();
	for (const tenant of TENANTS) {
		const homes = new Set([await at(portico, tenant), await at(portico, tenant), await at(portico, tenant)]);
		assert.equal(homes.size, 1, tenant);
		for (const name of homes) seen.add(name);
	}
	assert.deepEqual([...seen].sort(), ["a", "b", "c"]);
});

test("another instance with the same nodes decides the same, in whatever order its file has them", async () => {
	for (const tenant of TENANTS) assert.equal(await at(other, tenant), await at(portico, tenant), tenant);
});

test("a node that goes away moves its own clients alone", async () => {
	const moved = new Set<string>();
	for (const tenant of TENANTS) {
		const before = await at(portico, tenant);
		const now = await at(withoutFirst, tenant);
		if (before === "a") moved.add(now);
		else assert.equal(now, before, tenant);
	}
	assert.deepEqual([...moved].sort(), ["b", "c"]);
});

test("a cookie, the path without its query, or the client's address decides as well", async (t) => {
	let calls = 0;
	const keys: readonly [title: string, ask: (key: number) => Promise<string>][] = [
		["cookie", (key) => home(t, portico, "/cookie", [`Cookie: x=${calls++}; tab=${key}`])],
		["path", (key) => home(t, portico, `/path/${key}?${calls++}`)],
		["client", (key) => home(t, portico, `/client/${calls++}`, [], { localAddress: `127.0.0.${key + 2}` })],
	];
	for (const [title, ask] of keys) {
		const homes = new Set<string>();
		for (let key = 0; key < 24; key++) {
			const name = await ask(key);
			assert.equal(await ask(key), name, `${title} ${key}`);
			homes.add(name);
		}
		assert.equal(homes.size, 3, title);
	}
});

test("without the header every node gets some", async (t) => {
	const homes = new Set<string>();
	for (let i = 0; i < 40; i++) homes.add(await home(t, portico, "/header"));
	assert.equal(homes.size, 3);
});

test("what is in flight for one key goes to the next node too, as far as the bound says", async (t) => {
	const held = async (path: string): Promise<number[]> => {
		const before = [...nodes.held];
		for (let i = 0; i < 12; i++) await nodes.hold(t, portico.port, path, ["X-Tenant: acme"]);
		return nodes.held.map((now, index) => now - (before[index] ?? 0)).sort((a, b) => b - a);
	};
	assert.deepEqual(await held("/even"), [4, 4, 4]);
	assert.deepEqual(await held("/usual"), [6, 6, 0]);
	assert.deepEqual(await held("/header"), [12, 0, 0]);
});
