/** Two real Tomcat nodes behind Portico: what comes back from them, and what they see. */
import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { field, fieldValues, type RawResponse } from "../../harness/message.ts";
import { peer } from "../../harness/peers.ts";
import { HOST, openTomcatStage, type TomcatStage, Visitor } from "./tomcatStage.ts";

const { skip } = peer("tomcat");
const stage = skip === false ? await openTomcatStage({ after }) : null;
const BYTES = 50 * 1024 * 1024;

function play(name: string, body: (stage: TomcatStage, t: TestContext) => Promise<void>): void {
	test(name, { skip }, async (t) => {
		if (stage !== null) await body(stage, t);
	});
}

interface Echo {
	readonly uri: string;
	readonly serverName: string;
	readonly bodyLength: number;
	readonly headers: readonly (readonly [string, string])[];
}

function echoOf(response: RawResponse): Echo {
	assert.equal(response.status, 200);
	return JSON.parse(response.body.toString()) as Echo;
}

play("the session cookie gets the public path, and brings the session back", async (stage, t) => {
	const response = await stage.get(t, "/is-x/count.jsp");
	const [cookie = ""] = fieldValues(response, "set-cookie").filter((value) => value.startsWith("JSESSIONID="));
	assert.match(cookie, /^JSESSIONID=[0-9A-F]{32}\.n[12]; Path=\/is-x; HttpOnly$/);
	const visitor = new Visitor(stage, t);
	const first = await visitor.count();
	const second = await visitor.count();
	assert.deepEqual([first.count, second.count], [1, 2]);
});

play("a redirect that Tomcat makes absolute from the Host leads to the public address", async (stage, t) => {
	const response = await stage.get(t, "/is-x/redir.jsp");
	assert.equal(response.status, 302);
	assert.equal(field(response, "location"), `https://${HOST}/is-x/count.jsp?from=redir`);
});

play("a redirect with the configured address of the node leads to the public one, and its query stays", async (stage, t) => {
	const response = await stage.get(t, "/is-x/login.jsp");
	assert.equal(response.status, 302);
	const location = field(response, "location") ?? "";
	assert.ok(location.startsWith(`https://${HOST}/is-x/login.jsp?sessionDataKey=`), location);
	assert.ok(location.endsWith("&relyingParty=https%3A%2F%2Flocalhost%3A9443%2Fx%2Fcount.jsp"), location);
});

play("the node sees the public host and the client, and its own path", async (stage, t) => {
	const response = await stage.get(t, "/is-x/echo.jsp?a=b", "X-Forwarded-For: 6.6.6.6", "X_Forwarded_Host: evil.example");
	const echo = echoOf(response);
	const seen = new Map(echo.headers.map(([name, value]) => [name.toLowerCase(), value]));
	assert.equal(echo.uri, "/x/echo.jsp");
	assert.equal(echo.serverName, HOST);
	assert.deepEqual(
		[...seen].filter(([name]) => /^(?:host|x[-_])/.test(name) && name !== "x-request-id"),
		[
			["host", HOST],
			["x-forwarded-for", "127.0.0.1"],
			["x-forwarded-proto", "https"],
			["x-forwarded-host", HOST],
			["x-forwarded-port", "443"],
			["x-forwarded-server", HOST],
		],
	);
	assert.match(seen.get("x-request-id") ?? "", /^[\w-]{8,}$/);
	assert.equal(field(response, "server"), undefined);
});

for (const [name, query, framing] of [
	["of unknown length", "", "transfer-encoding"],
	["of known length", "&len=1", "content-length"],
] as const) {
	play(`50 MB ${name} arrive complete`, async (stage, t) => {
		const client = await stage.connect(t);
		await client.send(`GET /is-x/bytes.jsp?n=${BYTES}${query} HTTP/1.1\r\nHost: ${HOST}\r\n\r\n`);
		const response = await client.response("GET", 25_000);
		assert.notEqual(field(response, framing), undefined);
		assert.equal(response.body.length, BYTES);
		assert.equal(response.body.indexOf("y"), -1);
	});
}

play("a chunked upload arrives complete", async (stage, t) => {
	const client = await stage.connect(t);
	await client.send(`POST /is-x/echo.jsp HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\n`);
	const sizes = [1, 7, 1000, 16_384, 65_537, 1_000_000];
	for (const size of sizes) await client.send(`${size.toString(16)}\r\n${"u".repeat(size)}\r\n`);
	await client.send("0\r\n\r\n");
	const echo = echoOf(await client.response("POST", 10_000));
	assert.equal(
		echo.bodyLength,
		sizes.reduce((sum, size) => sum + size),
	);
});
