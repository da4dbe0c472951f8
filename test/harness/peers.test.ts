import assert from "node:assert/strict";
import { test } from "node:test";
import { startApache } from "./apache.ts";
import { startChromium } from "./chromium.ts";
import { field, get } from "./message.ts";
import { peer } from "./peers.ts";
import { exchange } from "./rawClient.ts";
import { answerAll, startRawServer } from "./rawServer.ts";
import { startTomcatPair, type TomcatNode } from "./tomcat.ts";

interface Count {
	readonly node: string;
	readonly session: string;
	readonly count: number;
}

test("a session made on one Tomcat goes on at the other when the first is killed", { skip: peer("tomcat").skip }, async (t) => {
	const { nodes } = await startTomcatPair(t);
	const [first, second] = nodes;
	let cookie = "";
	const count = async (node: TomcatNode): Promise<Count> => {
		const response = await exchange(t, node.http, get("/x/count.jsp", `Cookie: ${cookie}`, "Connection: close"));
		cookie = field(response, "set-cookie")?.split(";")[0] ?? cookie;
		return JSON.parse(response.body.toString()) as Count;
	};

	assert.equal((await count(first)).count, 1);
	assert.equal((await count(first)).count, 2);
	await first.kill();
	const continued = await count(second);

	assert.equal(continued.count, 3);
	assert.equal(continued.node, "n2");
	assert.match(cookie, /\.n2$/);
});

test("a private httpd relays to a scripted server and rewrites its redirect", { skip: peer("apache").skip }, async (t) => {
	const node = await startRawServer(t, answerAll("HTTP/1.1 302 Found\r\nLocation: http://localhost:1/x/y\r\nContent-Length: 0\r\n\r\n"));
	const apache = await startApache(t, {
		modules: ["proxy", "proxy_http"],
		config: `ProxyPass /is/ http://127.0.0.1:${node.port}/x/\nProxyPassReverse /is/ http://localhost:1/x/`,
	});

	const response = await exchange(t, apache.port, get("/is/a", "Connection: close"));

	assert.equal(response.status, 302);
	assert.equal(field(response, "location"), "http://localhost/is/y");
});

test("Chromium opens a public name that leads to this machine", { skip: peer("chromium").skip }, async (t) => {
	const page = "<!doctype html><title>here</title>";
	const node = await startRawServer(
		t,
		answerAll(`HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: ${page.length}\r\n\r\n${page}`),
	);
	const browser = await startChromium(t, ["*.example.com"]);
	const tab = await browser.newPage();

	await tab.goto(`http://sso.example.com:${node.port}/`);

	assert.equal(await tab.title(), "here");
});
