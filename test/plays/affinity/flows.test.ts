/** Logins under way whose next hop brings no cookie: it reaches the node that knows of them, whichever worker gets it. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { parse, stringify } from "yaml";
import { connectRaw } from "../../harness/rawClient.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { eventually } from "../../harness/stage.ts";
import { sabotage, WITH_SABOTAGE } from "../threads/audit.ts";
import { hop, maker, postForm, redirected, startFlowFront, startFlowNode } from "./flowRig.ts";

const nodes = await Promise.all(["one", "two"].map((name) => startFlowNode({ after }, name)));
const front = await startFlowFront({ after }, nodes);
const TIMES = 24;

test("the token request of a server reaches the node that made the code", async (t) => {
	const makers = new Set<string>();
	for (let i = 0; i < TIMES; i++) {
		const code = (await redirected(t, front, "https://app.example.com/callback?code=NEW&state=s")).location.searchParams.get("code") ?? "";
		makers.add(maker(code));
		const token = await postForm(t, front, "/is-oauth2/token", { grant_type: "authorization_code", code });
		assert.equal(token.node, maker(code));
	}
	assert.deepEqual([...makers].sort(), ["one", "two"]);
});

test("the login page and its form come back to the node that sent there, without a cookie", async (t) => {
	for (let i = 0; i < TIMES; i++) {
		const { location } = await redirected(t, front, "http://localhost/authenticationendpoint/login.do?sessionDataKey=NEW");
		assert.equal(location.pathname, "/is-authenticationendpoint/login.do");
		const key = location.searchParams.get("sessionDataKey") ?? "";
		assert.equal((await hop(t, front, `GET ${location.pathname}${location.search}`)).node, maker(key));
		assert.equal((await postForm(t, front, "/is-commonauth", { username: "u", sessionDataKey: key })).node, maker(key));
	}
});

test("an artifact is resolved where it was made", async (t) => {
	for (let i = 0; i < TIMES; i++) {
		const { location } = await redirected(t, front, "https://sp.example.com/acs?SAMLart=NEW&RelayState=home", "/is-samlsso");
		const artifact = location.searchParams.get("SAMLart");
		const soap = `<s:Envelope><s:Body><p:ArtifactResolve><p:Artifact>${artifact}</p:Artifact></p:ArtifactResolve></s:Body></s:Envelope>`;
		assert.equal((await hop(t, front, "POST /is-samlartresolve", ["Content-Type: text/xml"], soap)).node, maker(artifact));
	}
});

test("what another identity provider sends back reaches the node that asked it; what all users have in common draws nobody", async (t) => {
	for (let i = 0; i < TIMES; i++) {
		const { location } = await redirected(t, front, "https://idp.example.com/sso?SAMLRequest=r&RelayState=NEW", "/is-commonauth");
		const relayState = location.searchParams.get("RelayState") ?? "";
		assert.equal((await postForm(t, front, "/is-commonauth", { SAMLResponse: "r", RelayState: relayState })).node, maker(relayState));
	}
	const seen = new Set<string>();
	for (let i = 0; i < TIMES; i++) {
		await redirected(t, front, "https://sp.example.com/acs?SAMLResponse=r&RelayState=home", "/is-samlsso");
		seen.add((await hop(t, front, "GET /is-samlsso?SAMLRequest=r&RelayState=home")).node);
		seen.add((await postForm(t, front, "/is-samlsso", { SAMLResponse: "r", RelayState: "home" })).node);
	}
	assert.equal(seen.size, 2);
});

test("a cookie counts more than a login under way; a forged one does not", async (t) => {
	const users = [await redirected(t, front, "/x?a"), await redirected(t, front, "/x?a")];
	const user = users.find(({ node }) => node === "one");
	assert.ok(user?.cookie !== undefined);
	for (let i = 0; i < TIMES; i++) {
		const { location } = await redirected(t, front, "/authenticationendpoint/login.do?sessionDataKey=NEW");
		const target = `GET ${location.pathname}${location.search}`;
		assert.equal((await hop(t, front, target, [`Cookie: ${user.cookie}`])).node, "one");
		const forged = await hop(t, front, target, ["Cookie: portico-is=forged"]);
		assert.equal(forged.node, maker(location.searchParams.get("sessionDataKey")));
		assert.ok(forged.cookie !== undefined);
	}
});

test("a body that was waited for arrives whole, in pieces too, and with 100 Continue", async (t) => {
	const body = `username=${"u".repeat(30_000)}&sessionDataKey=unknown&last=1`;
	const head = [
		"POST /is-commonauth HTTP/1.1",
		"Host: localhost",
		"Content-Type: application/x-www-form-urlencoded",
		`Content-Length: ${body.length}`,
	];
	for (const node of nodes) node.requests.length = 0;
	const client = await connectRaw(t, front.port);
	await client.send(`${head.join("\r\n")}\r\n\r\n${body.slice(0, 10)}`);
	for (let at = 10; at < body.length; at += 7000) await client.send(body.slice(at, at + 7000));
	assert.equal((await client.response("POST")).status, 200);
	await client.send(`${[...head, "Expect: 100-continue"].join("\r\n")}\r\n\r\n`);
	assert.match(await client.readUntil("\r\n\r\n"), /^HTTP\/1.1 100 Continue/);
	await client.send(body);
	assert.equal((await client.response("POST")).status, 200);
	assert.deepEqual(
		nodes.flatMap(({ requests }) => requests).map((request) => request.body.toString() === body),
		[true, true],
	);
});

test("no other body is waited for: the node gets its beginning before its end is sent", async (t) => {
	const begun: string[] = [];
	const server = await startRawServer(t, async (connection) => {
		begun.push((await connection.readUntil("12345")).split(" ")[1] ?? "");
	});
	const portico = await startFlowFront(t, [{ name: "one", server, requests: [] }], {
		config: { workers: 1, limits: { requestBuffer: 0 } },
	});
	const form = "Content-Type: application/x-www-form-urlencoded";
	const requests = [
		["/is-oauth2/token", "Content-Type: application/json", "Content-Length: 10"],
		["/is-oauth2/token", form, "Content-Length: 70000"],
		["/is-oauth2/token", form, "Transfer-Encoding: chunked"],
		["/is-oauth2/revoke", form, "Content-Length: 10"],
	];
	for (const [index, [path, ...fields]] of requests.entries()) {
		const client = await connectRaw(t, portico.port);
		await client.send([`POST ${path} HTTP/1.1`, "Host: localhost", ...fields, "", index === 2 ? "a\r\n12345" : "12345"].join("\r\n"));
		await eventually(
			() => begun.length === index + 1,
			() => `the beginning of ${fields.join()}`,
		);
	}
});

test("switched off, or on a route without it, nothing is remembered", async (t) => {
	const portico = await startFlowFront(t, nodes, { affinity: { flows: false }, config: { workers: 1 } });
	const seen = new Set<boolean>();
	for (let i = 0; i < 8; i++) {
		const { location } = await redirected(t, portico, "/authenticationendpoint/login.do?sessionDataKey=NEW");
		await redirected(t, portico, "/x");
		if (i % 2 === 0) await redirected(t, portico, "/x");
		const next = await hop(t, portico, `GET ${location.pathname}${location.search}`);
		seen.add(next.node === maker(location.searchParams.get("sessionDataKey")));
	}
	assert.equal(seen.size, 2);
});

test("what was remembered outlives a reload in which the nodes change their places", async (t) => {
	const portico = await startFlowFront(t, nodes, { config: { workers: 2 } });
	const codes: string[] = [];
	const app = "https://app.example.com/?code=NEW";
	for (let i = 0; i < 8; i++) codes.push((await redirected(t, portico, app)).location.searchParams.get("code") ?? "");
	const file = join(portico.folder, "portico.yaml");
	const config = parse(readFileSync(file, "utf8")) as { services: { is: { nodes: object[] } } };
	config.services.is.nodes.reverse();
	writeFileSync(file, stringify(config));
	portico.signal("SIGHUP");
	await portico.event("config_reloaded");
	for (const code of codes) assert.equal((await postForm(t, portico, "/is-oauth2/token", { code })).node, maker(code));
});

test("what was remembered outlives the worker that saw it", async (t) => {
	const portico = await startFlowFront(t, nodes, { config: { workers: 1 }, portico: WITH_SABOTAGE });
	const codes: string[] = [];
	for (let i = 0; i < 6; i++)
		codes.push((await redirected(t, portico, "https://app.example.com/?code=NEW")).location.searchParams.get("code") ?? "");
	await sabotage(t, portico.port);
	await portico.event("worker_replaced", () => true, 10_000);
	for (const code of codes) assert.equal((await postForm(t, portico, "/is-oauth2/token", { code })).node, maker(code));
});

test("a node that is lost while a login is under way: the other one responses", async (t) => {
	const own = await Promise.all(["one", "two"].map((name) => startFlowNode(t, name)));
	const portico = await startFlowFront(t, own, { config: { workers: 1 } });
	const { location } = await redirected(t, portico, "/authenticationendpoint/login.do?sessionDataKey=NEW");
	const lost = maker(location.searchParams.get("sessionDataKey"));
	await own.find(({ name }) => name === lost)?.server.close();
	const next = await hop(t, portico, `GET ${location.pathname}${location.search}`);
	assert.deepEqual([next.status, next.node], [200, lost === "one" ? "two" : "one"]);
	assert.ok(next.cookie !== undefined);
});
