import assert from "node:assert/strict";
import { once } from "node:events";
import { after, before, test } from "node:test";
import { WebSocket } from "ws";
import { type Answer, call } from "./httpClient.ts";
import { type RunningNode, startNode } from "./node.ts";

let node: RunningNode;
let plain: string;
let secure: string;
before(async () => {
	node = await startNode({ product: "apim", name: "apim-1" });
	plain = `http://127.0.0.1:${node.ports.gatewayHttp}`;
	secure = `https://localhost:${node.ports.gatewayHttps}`;
});
after(() => node.close());

const BASIC = `Basic ${Buffer.from("demo-api:demo-api-secret").toString("base64")}`;
const json = (answer: Answer): Record<string, unknown> => JSON.parse(answer.body.toString()) as Record<string, unknown>;

async function newToken(form: string): Promise<Record<string, unknown>> {
	const headers = { Authorization: BASIC, "Content-Type": "application/x-www-form-urlencoded" };
	return json(await call(`${secure}/token`, { method: "POST", headers, body: form, ca: node.trust }));
}

test("a secured API wants a token, which /token on the gateway gives", async () => {
	const refused = await call(`${plain}/pizzashack/1.0.0/menu`);
	assert.equal(refused.status, 401);
	assert.equal(json(refused).code, "900902");
	const { access_token: token } = await newToken("grant_type=client_credentials");
	const menu = await call(`${plain}/pizzashack/1.0.0/menu`, { headers: { Authorization: `Bearer ${String(token)}` } });
	assert.equal(menu.status, 200);
	const wrong = await call(`${plain}/pizzashack/1.0.0/menu`, { headers: { Authorization: "Bearer nonsense" } });
	assert.equal(json(wrong).code, "900901");
});

test("password and refresh grants work, and an old refresh token is worth nothing", async () => {
	const first = await newToken("grant_type=password&username=alice&password=alice");
	const second = await newToken(`grant_type=refresh_token&refresh_token=${String(first.refresh_token)}`);
	assert.equal(typeof second.access_token, "string");
	assert.equal((await newToken(`grant_type=refresh_token&refresh_token=${String(first.refresh_token)}`)).error, "invalid_grant");
	assert.equal((await newToken("grant_type=password&username=alice&password=no")).error, "invalid_grant");
});

test("API Manager 4 has no /token on its gateway", async () => {
	const four = await startNode({ product: "apim", name: "apim-4", version: "4.4.0" });
	const base = `http://127.0.0.1:${four.ports.gatewayHttp}`;
	const [token, health] = await Promise.all([call(`${base}/token`, { method: "POST", body: "" }), call(`${base}/health-check`)]);
	await four.close();
	assert.equal(token.status, 404);
	assert.equal(health.status, 200);
	assert.equal((await call(`${plain}/health-check`)).status, 404);
});

test("a preflight is answered before any token is asked for", async () => {
	const headers = { Origin: "https://app.example", "Access-Control-Request-Method": "GET" };
	const answer = await call(`${plain}/pizzashack/1.0.0/menu`, { method: "OPTIONS", headers });
	assert.equal(answer.status, 200);
	assert.equal(answer.headers["access-control-allow-origin"], "*");
	assert.match(answer.headers["access-control-allow-methods"] ?? "", /PATCH/);
});

test("encoded slashes and parameters reach an API as sent", async () => {
	const target = "/t/acme.com/echo/1.0.0/items/a%2Fb;v=1?q=%20";
	const seen = json(await call(plain + target, { method: "POST", body: "hello" }));
	assert.deepEqual([seen.target, seen.tenant, seen.method, seen.body], [target, "acme.com", "POST", "hello"]);
});

test("server-sent events come one by one", async () => {
	const answer = await call(`${plain}/stream/1.0.0/events?count=3&every=1`);
	assert.equal(answer.headers["content-type"], "text/event-stream");
	assert.equal(answer.body.toString().match(/^data: /gm)?.length, 3);
});

test("bytes come in the number asked for, with or without a length", async () => {
	const chunked = await call(`${plain}/files/1.0.0/bytes?n=100001`);
	assert.equal(chunked.body.length, 100_001);
	assert.equal(chunked.headers["transfer-encoding"], "chunked");
	assert.equal((await call(`${plain}/files/1.0.0/bytes?n=20000&len=1`)).headers["content-length"], "20000");
});

test("a WebSocket API sends back what it gets, and knows its protocol", async () => {
	const socket = new WebSocket(`ws://127.0.0.1:${node.ports.websocket}/echo/1.0.0`, ["chat.v1"]);
	await once(socket, "open");
	assert.equal(socket.protocol, "chat.v1");
	socket.send("hello");
	assert.equal(String((await once(socket, "message"))[0]), "hello");
	socket.send("close");
	assert.equal((await once(socket, "close"))[0], 1000);
});

test("a secured WebSocket API wants a token", async () => {
	const refused = new WebSocket(`wss://localhost:${node.ports.websocketTls}/chat/1.0.0`, { ca: node.trust });
	assert.match(String((await once(refused, "error"))[0]), /401/);
	const { access_token: token } = await newToken("grant_type=client_credentials");
	const socket = new WebSocket(`wss://localhost:${node.ports.websocketTls}/chat/1.0.0?access_token=${String(token)}`, { ca: node.trust });
	await once(socket, "open");
	socket.send("who");
	assert.equal(String((await once(socket, "message"))[0]), "apim-1");
	socket.terminate();
});

test("the WebSub receiver takes an event", async () => {
	const base = `http://127.0.0.1:${node.ports.websub}/webhook/1.0.0`;
	assert.equal((await call(`${base}/webhooks_events_receiver_resource?topic=order`, { method: "POST", body: "{}" })).status, 200);
	assert.equal((await call(`${base}/other`, { method: "POST", body: "{}" })).status, 404);
});
