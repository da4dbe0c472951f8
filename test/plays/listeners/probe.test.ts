/** What a load balancer in front is told at the probe of a listener. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { field, get, requestText, responseText } from "../../harness/message.ts";
import { runPortico } from "../../harness/portico.ts";
import { connectRaw, exchange } from "../../harness/rawClient.ts";
import { openStage, serve } from "../../harness/stage.ts";
import { untilRefused } from "../ending/drained.ts";
import { V2_LOCAL } from "./proxyHeaders.ts";

const PATH = "/portico-health";
const probe = { path: PATH };
const stage = await openStage(
	{ after },
	{
		services: 2,
		config: {
			public: "https://localhost",
			listeners: [
				{ address: "127.0.0.1:0", probe },
				{ address: "127.0.0.1:0", probe, redirectTo: "https" },
				{ address: "127.0.0.1:0", probe: { ...probe, services: ["s0"], log: true }, proxyProtocol: true },
				{ address: "127.0.0.1:0" },
			],
			trustedProxies: ["127.0.0.0/8"],
			accessLog: { format: "json" },
			admin: { address: "127.0.0.1:0" },
		},
	},
);
const [plain = 0, redirect = 0, behind = 0, bare = 0] = stage.portico.ports;
const admin = `http://${String(stage.portico.log.find(({ msg }) => msg === "ready")?.admin)}`;
const logged = () => stage.portico.log.filter((line) => "request_id" in line);

test("any checker is told: each method, any Host or none, HTTP/1.0, with a query, where the listener redirects too", async (t) => {
	const heads = [
		get(PATH),
		get(`${PATH}?from=lb`),
		requestText("GET", PATH, { host: "10.0.0.5:8443" }),
		requestText("GET", PATH, { host: "a b" }),
		`GET ${PATH} HTTP/1.0\r\n\r\n`,
		requestText("OPTIONS", PATH),
		requestText("HEAD", PATH),
	];
	for (const port of [plain, redirect]) {
		for (const head of heads) {
			const response = await exchange(t, port, head);
			assert.equal(response.status, 200, head);
			assert.equal(response.body.toString(), head.startsWith("HEAD") ? "" : "ok\n");
			assert.equal(field(response, "cache-control"), "no-store");
			assert.equal(field(response, "proxy-status"), undefined);
		}
		const posted = await exchange(t, port, requestText("POST", PATH, { body: "x" }));
		assert.deepEqual([posted.status, field(posted, "allow")], [405, "GET, HEAD, OPTIONS"]);
	}
	const client = await connectRaw(t, plain);
	for (let count = 0; count < 3; count++) {
		await client.send(get(PATH));
		assert.equal((await client.response()).status, 200);
	}
});

test("only that path is the probe's, and only on its listener; probes are not logged", async (t) => {
	for (const path of [`${PATH}/`, `${PATH}x`, `/${PATH}`, PATH.toUpperCase()])
		assert.notEqual((await exchange(t, plain, get(path))).status, 200, path);
	assert.equal((await exchange(t, bare, get(PATH))).status, 404);
	await stage.logged(PATH);
	const paths = logged().map(({ path }) => path);
	assert.equal(paths.filter((path) => path === PATH).length, 1);
});

test("behind the PROXY protocol: 503 while a service that it names has no node, without a detail; logged if wanted", async (t) => {
	const { path } = stage.at(0, serve(responseText(200, [], "hi")));
	const ask = async () => {
		const client = await connectRaw(t, behind);
		await client.send(Buffer.concat([V2_LOCAL, Buffer.from(get(PATH))]));
		return client.response();
	};
	const before = logged().length;
	assert.equal((await ask()).status, 200);
	assert.equal((await stage.exchange(t, get(path, "X-Forwarded-Proto: https"))).status, 200);
	const switched = async (...words: string[]) => assert.equal((await runPortico(t, [...words, "--admin", admin])).code, 0);
	await switched("disable", "n1-0", "--force");
	assert.equal((await ask()).status, 200);
	await switched("disable", "n0-0", "--force");
	const response = await ask();
	assert.deepEqual([response.status, response.body.toString()], [503, "unavailable\n"]);
	assert.equal((await exchange(t, plain, get(PATH))).status, 200);
	await switched("enable", "n0-0");
	assert.equal((await ask()).status, 200);
	const probes = () =>
		logged()
			.slice(before)
			.filter((line) => line.path === PATH || line.target === PATH);
	await stage.portico.child.until(() => (logged().length >= before + 5 ? true : undefined), "the lines of four probes and a request");
	assert.equal(probes().length, 4);
});

test("a connection that is still open while Portico drains is told 503, and closed", async (t) => {
	const kept = await connectRaw(t, plain);
	await kept.send(get(PATH));
	assert.equal((await kept.response()).status, 200);
	await kept.send(`GET ${PATH} HTTP/1.1\r\nHost: x\r\n`);
	// The head above has been read once a later connection is served.
	await exchange(t, plain, get(PATH));
	stage.portico.signal("SIGTERM");
	await untilRefused(plain);
	await kept.send("\r\n");
	const response = await kept.response();
	assert.deepEqual([response.status, response.body.toString()], [503, "unavailable\n"]);
	assert.equal(await kept.ended(), "end");
});
