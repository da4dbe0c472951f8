import assert from "node:assert/strict";
import http from "node:http";
import { after, afterEach, before, test } from "node:test";
import { call } from "./httpClient.ts";
import { type RunningNode, startNode } from "./node.ts";
import { defaultSwitches } from "./switches.ts";

let node: RunningNode;
let plain: string;
before(async () => {
	node = await startNode({ product: "is", name: "is-1" });
	plain = `http://127.0.0.1:${node.ports.servletHttp}`;
});
afterEach(() => Object.assign(node.switches, defaultSwitches()));
after(() => node.close());

function flip(changes: object): Promise<{ status: number; body: Buffer }> {
	return call(`http://127.0.0.1:${node.ports.control}/__estate/switch`, { method: "POST", body: JSON.stringify(changes) });
}

test("a failing node answers 500, on the paths it is told", async () => {
	await flip({ failing: true, only: "/oauth2" });
	assert.equal((await call(`${plain}/oauth2/jwks`)).status, 500);
	assert.equal((await call(`${plain}/logincontext`)).status, 200);
});

test("a half dead node accepts and never answers, yet can be switched back", async () => {
	await flip({ halfDead: true });
	await assert.rejects(call(`${plain}/oauth2/jwks`, { timeout: 100 }), /no byte/);
	await flip({ halfDead: false });
	assert.equal((await call(`${plain}/oauth2/jwks`)).status, 200);
});

test("a body is cut in its middle", async () => {
	await flip({ closeMidBody: true });
	await assert.rejects(call(`${plain}/oauth2/jwks`), { code: "ECONNRESET" });
});

test("garbage is not HTTP", async () => {
	await flip({ garbage: true });
	await assert.rejects(call(`${plain}/oauth2/jwks`), { code: "HPE_INVALID_CONSTANT" });
});

test("a slow node answers late", async () => {
	await flip({ slow: 60 });
	const before = performance.now();
	assert.equal((await call(`${plain}/oauth2/jwks`)).status, 200);
	assert.ok(performance.now() - before >= 50);
});

test("informational answers come before the real one", async () => {
	await flip({ informational: 3 });
	const codes = await new Promise<number[]>((resolve, reject) => {
		const seen: number[] = [];
		const request = http.get(`${plain}/oauth2/jwks`, (response) =>
			response.resume().on("end", () => resolve([...seen, response.statusCode ?? 0])),
		);
		request.on("information", ({ statusCode }) => seen.push(statusCode));
		request.on("error", reject);
	});
	assert.deepEqual(codes, [103, 102, 102, 200]);
});

test("a node that is not ready says so at its health endpoint only", async () => {
	await flip({ notReady: true });
	assert.equal((await call(`${plain}/api/health-check/v1.0/health`)).status, 503);
	assert.equal((await call(`${plain}/oauth2/jwks`)).status, 200);
});

test("an unknown switch or a wrong type changes nothing", async () => {
	assert.equal((await flip({ failing: true, nothing: 1 })).status, 400);
	assert.match((await flip({ slow: "x" })).body.toString(), /switch slow takes a number/);
	assert.deepEqual(node.switches, defaultSwitches());
});

test("the control port tells what reached the node", async () => {
	node.requests.clear();
	await call(`${plain}/oauth2/jwks?x=1`, { headers: { "X-Probe": "yes" } });
	const [seen] = JSON.parse((await call(`http://127.0.0.1:${node.ports.control}/__estate/requests`)).body.toString()) as {
		target: string;
		port: string;
		rawHeaders: string[];
	}[];
	assert.equal(seen?.target, "/oauth2/jwks?x=1");
	assert.equal(seen?.port, "servletHttp");
	assert.ok(seen?.rawHeaders.includes("X-Probe"));
});
