/** Redirects and fixed responses of the file: by path and host, beside a listener that redirects to https, and over reloads. */
import assert from "node:assert/strict";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { TestAuthority } from "../../harness/certs.ts";
import type { Scope } from "../../harness/deadline.ts";
import { field, requestText } from "../../harness/message.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { openStage } from "../../harness/stage.ts";
import { echo, seen } from "../listeners/echo.ts";

const ROBOTS = "User-agent: *\nDisallow: /\n";
const ICON = Buffer.from([0, 0, 1, 0, 255, 254, 13, 10]);

const authority = await TestAuthority.create();
const identity = await authority.issue({ names: ["sso.test", "own.test"] });
const stage = await openStage(
	{ after },
	{
		services: 2,
		service: (index) => (index === 1 ? { host: "own.test:8443", responses: [{ path: "/robots.txt", status: 404 }] } : {}),
		route: (index) => (index === 0 ? { path: "/s0" } : { path: "/.well-known/acme-challenge" }),
		config: {
			public: "https://sso.test",
			responseHeaders: { "X-From": "{route}", "Cache-Control": "private" },
			accessLog: { path: "-", format: "json" },
			listeners: [
				{ address: "127.0.0.1:0", tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } },
				{ address: "127.0.0.1:0", redirectTo: "https", redirectExcept: ["/.well-known/acme-challenge/"] },
			],
			redirects: [
				{ from: "/", to: "/s0/" },
				{ from: "/s0/old", match: "prefix", to: "/s0/new", status: 308 },
				{ from: "/", match: "prefix", to: "https://sso.test/", hosts: ["old.test", "*"], status: 301 },
			],
			responses: [
				{ path: "/robots.txt", body: ROBOTS, headers: { "Cache-Control": "max-age=60" } },
				{ path: "/favicon.ico", file: "icon.ico" },
				{ path: "/empty", status: 204 },
				{ path: "/.well-known/acme-challenge/token", body: "key", hosts: ["sso.test"] },
			],
		},
		portico: { files: { "cert.pem": identity.cert, "key.pem": identity.key, "icon.ico": "" } },
	},
);
const [https = 0, http = 0] = stage.portico.ports;
const icon = join(stage.portico.folder, "icon.ico");
stage.at(0, echo);
const { node: acme } = stage.at(1, echo);

async function connect(scope: Scope, port: number) {
	return connectRaw(scope, port, port === https ? { tls: { ca: authority.cert, servername: "sso.test" } } : {});
}

async function ask(scope: Scope, port: number, target: string, options: Parameters<typeof requestText>[2] = {}, method = "GET") {
	const client = await connect(scope, port);
	await client.send(requestText(method, target, { host: "sso.test", ...options }));
	const response = await client.response(method);
	client.destroy();
	return response;
}

test("a redirect goes before a route that is less specific; path and query are kept; a POST keeps its connection", async (t) => {
	for (const [target, status, location] of [
		["/", 302, "/s0/"],
		["/?a=1", 302, "/s0/?a=1"],
		["/s0/old", 308, "/s0/new"],
		["/s0/old/x%20y/?q", 308, "/s0/new/x%20y/?q"],
	] as const) {
		const response = await ask(t, https, target);
		assert.deepEqual([response.status, field(response, "location"), response.body.length], [status, location, 0]);
		assert.equal((await ask(t, https, target, {}, "HEAD")).status, status);
	}
	for (const target of ["/s0/older", "/s0"]) assert.equal(seen(await ask(t, https, target)).target, target);
	for (const target of ["//", "/%2e/", "/s0/old//evil.test", "/s0/old/%2e%2e/carbon", "/s0/old/%2fevil.test"])
		assert.equal((await ask(t, https, target)).status, 400, target);
	const client = await connect(t, https);
	await client.send(requestText("POST", "/s0/old/form", { host: "sso.test", body: "a=1" }));
	assert.equal((await client.response("POST")).status, 308);
	await client.send(requestText("GET", "/s0/x", { host: "sso.test" }));
	assert.equal((await client.response()).status, 200);
	const line = await stage.logged("/s0/old/form");
	assert.deepEqual([line.status, line.route, line.service, line.member, line.error], [308, ":redirect:/s0/old/*", null, null, null]);
});

test("hosts that only redirect, and unknown ones, are sent to the canonical host from either listener; others keep theirs", async (t) => {
	for (const port of [https, http]) {
		for (const host of ["old.test", "10.0.0.1:8443", "unknown.example"]) {
			const response = await ask(t, port, "/a/b?c", { host });
			assert.deepEqual([response.status, field(response, "location")], [301, "https://sso.test/a/b?c"], host);
		}
		assert.equal((await ask(t, port, "/", { host: "a b" })).status, 400);
		const client = await connect(t, port);
		await client.send("GET / HTTP/1.0\r\n\r\n");
		assert.equal((await client.response()).status, 400);
	}
	assert.equal(field(await ask(t, http, "/x"), "location"), "https://sso.test/x");
	assert.equal(field(await ask(t, http, "/", { host: "own.test" }), "location"), "https://own.test:8443/");
	assert.equal((await ask(t, http, "/", { host: "old.test" }, "TRACE")).status, 405);
});

test("a listener that redirects serves the paths that are excepted, and nothing through them", async (t) => {
	const response = await ask(t, http, "/.well-known/acme-challenge/token");
	assert.deepEqual([response.status, response.body.toString()], [200, "key"]);
	const own = await ask(t, http, "/.well-known/acme-challenge/other", { host: "own.test" });
	assert.deepEqual([seen(own).target, acme.connections.length], ["/.well-known/acme-challenge/other", 1]);
	for (const target of ["/.well-known/acme-challenge/../../s0", "/.well-known/acme-challenge/%2e%2e/%2e%2e/s0"])
		assert.equal((await ask(t, http, target)).status, 400, target);
	for (const target of [
		"/.well-known/acme-challenges",
		"/.well-known",
		"/%2ewell-known/acme-challenge/token",
		"//.well-known/acme-challenge/token",
	])
		assert.equal(field(await ask(t, http, target), "location"), `https://sso.test${target}`);
	assert.equal(acme.connections.length, 1);
});

test("a fixed response has its type, headers and ETag; HEAD and 304 come without the body", async (t) => {
	const response = await ask(t, https, "/robots.txt");
	const etag = field(response, "etag") ?? "";
	assert.equal(response.body.toString(), ROBOTS);
	assert.equal(field(response, "content-type"), "text/plain; charset=utf-8");
	assert.deepEqual([field(response, "cache-control"), field(response, "x-from")], ["max-age=60", ":response:/robots.txt"]);
	const head = await ask(t, https, "/robots.txt", {}, "HEAD");
	assert.deepEqual([head.status, field(head, "content-length"), field(head, "etag")], [200, String(ROBOTS.length), etag]);
	for (const [tags, status] of [
		[etag, 304],
		[`"x", W/${etag}`, 304],
		["*", 304],
		['"x"', 200],
	] as const) {
		for (const method of ["GET", "HEAD"]) {
			const again = await ask(t, https, "/robots.txt", { fields: [`If-None-Match: ${tags}`] }, method);
			assert.equal(again.status, status, tags);
			if (status !== 304) continue;
			assert.deepEqual([field(again, "etag"), field(again, "cache-control")], [etag, "max-age=60"]);
			assert.deepEqual([field(again, "content-type"), field(again, "content-length"), again.body.length], [undefined, undefined, 0]);
		}
	}
	assert.equal((await ask(t, https, "/robots.txt", { body: "x" }, "POST")).status, 200);
	assert.equal((await ask(t, https, "/robots.txt", { host: "own.test:8443" })).status, 404);
	const empty = await ask(t, https, "/empty");
	assert.deepEqual([empty.status, field(empty, "content-type"), field(empty, "content-length")], [204, undefined, undefined]);
	for (const target of ["/%2e/robots.txt", "//robots.txt", "/robots.txt;x"])
		assert.equal((await ask(t, https, target)).status, 400, target);
	assert.equal((await ask(t, https, "/robots.txt/")).status, 404);
});

test("a reload reads files again; one that is missing or too large changes nothing", async (t) => {
	const etag = field(await ask(t, https, "/favicon.ico"), "etag");
	writeFileSync(icon, ICON);
	stage.portico.signal("SIGHUP");
	assert.deepEqual((await stage.portico.event("config_reloaded")).changes, ["response:/favicon.ico changed"]);
	const response = await ask(t, https, "/favicon.ico", { fields: [`If-None-Match: ${etag}`] });
	assert.deepEqual([response.status, field(response, "content-type")], [200, "image/x-icon"]);
	assert.deepEqual(response.body, ICON);

	for (const [problem, spoil] of [
		["is larger than 256 KiB", () => writeFileSync(icon, Buffer.alloc(256 * 1024 + 1))],
		["there is no file", () => rmSync(icon)],
	] as const) {
		spoil();
		stage.portico.signal("SIGHUP");
		await stage.portico.event("config_refused", (line) => String(line.problems).includes(problem));
		assert.deepEqual((await ask(t, https, "/favicon.ico")).body, ICON);
	}
});
