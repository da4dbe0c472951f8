/** Nodes that are killed, started again and frozen, as processes of their own: checks find out, and nobody who comes then notices. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startEstate } from "../../../estate/estate.ts";
import { startPortico } from "../../harness/portico.ts";
import { COMMON, get, logOf, QUICK, shares, told } from "./rig.ts";

const estate = await startEstate({ identityServers: 2, apiManagers: 0 });
after(() => estate.close());

const nodes = estate.nodes().map(({ name, ports }) => ({ name, host: "localhost", ports: { servlet: ports.servletHttps } }));
const is = {
	product: "wso2-is",
	prefix: "/is-",
	trust: "nodes.pem",
	nodes,
	// So slow that the share of a node that came up stays at a tenth.
	balance: { slowStart: "1h" },
	health: { check: QUICK },
};
const portico = await startPortico({ after }, { ...COMMON, services: { is } }, { files: { "nodes.pem": estate.trust } });
const [one = "", two = ""] = nodes.map(({ name }) => `${name}/servlet`);
const path = (name: string): string => `/is-oauth2/jwks/${name}`;

test("checks tell which nodes work before anybody asks", async () => {
	for (const member of [one, two]) {
		const { pool, from, to, cause, probe, status } = await told(portico, "member_up", member);
		assert.deepEqual({ pool, from, to, cause, probe, status }, { ...UP, probe: "GET /api/health-check/v1.0/health", status: 200 });
	}
});
const UP = { pool: "is/servlet", from: "unknown", to: "up", cause: "check" };

test("a killed node is down with its evidence, and gets nothing more", async (t) => {
	await estate.kill("is-1");
	const down = await told(portico, "member_down", one);
	assert.deepEqual([down.level, down.from, down.to], ["warn", "up", "down"]);
	assert.deepEqual([down.cause, down.error, down.count], ["check", "connection_refused", 3]);
	const lines = await logOf(t, portico, path("killed"), 10);
	assert.deepEqual(shares(lines), { [two]: 10 });
	assert.ok(lines.every(({ attempts }) => attempts === 1));
});

test("started again it comes up, and begins with little", async (t) => {
	await estate.start("is-1");
	const up = await told(portico, "member_up", one, 2);
	assert.deepEqual([up.from, up.cause, up.count], ["down", "check", 2]);
	const { [one]: share = 0, [two]: rest = 0 } = shares(await logOf(t, portico, path("started"), 44));
	assert.equal(share + rest, 44);
	assert.ok(share >= 1 && share <= 8, `${share} of 44`);
});

test("a frozen node, whose kernel still accepts, is down by its timeout; thawed it is up", async (t) => {
	await estate.freeze("is-2");
	const down = await told(portico, "member_down", two);
	assert.deepEqual([down.cause, down.error, down.count], ["check", "connection_timeout", 3]);
	assert.deepEqual(shares(await logOf(t, portico, path("frozen"), 5)), { [one]: 5 });
	await estate.thaw("is-2");
	await told(portico, "member_up", two, 2);
});

test("without any node the response is 503 at once", async (t) => {
	await Promise.all([estate.kill("is-1"), estate.kill("is-2")]);
	await Promise.all([told(portico, "member_down", one, 2), told(portico, "member_down", two, 2)]);
	const answer = await get(t, portico, path("none"));
	assert.equal(answer.status, 503);
	assert.match(answer.raw.toString("latin1"), /^Proxy-Status: portico; error=no_eligible_member\r$/m);
});
