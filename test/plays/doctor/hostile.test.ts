/** Nodes that mean harm, or nothing: the doctor ends, goes nowhere else, and shows no secret. */
import assert from "node:assert/strict";
import { after, type TestContext, test } from "node:test";
import { stringify } from "yaml";
import { runCommand } from "../../../src/commands/commands.fixture.ts";
import { register } from "../../../src/commands/doctor.ts";
import type { JsonReport } from "../../../src/doctor/doctorReport.ts";
import { temporaryFolder } from "../../harness/folder.ts";
import { responseText } from "../../harness/message.ts";
import { type RawServer, type Script, startRawServer } from "../../harness/rawServer.ts";
import { serve } from "../../harness/stage.ts";

const SECRET = "0123456789-secret-abcdef";

interface Hostile {
	readonly node: RawServer;
	/** As JSON and as text, of two runs. */
	readonly report: JsonReport;
	readonly text: string;
}

/** The doctor over such servers: a node of each product, and the first stands on the public side too. */
async function diagnose(t: TestContext, script: Script, words: readonly string[] = []): Promise<Hostile> {
	const [node, manager] = [await startRawServer(t, script), await startRawServer(t, script)];
	const ports = { servlet: node.port };
	const all = { servlet: manager.port, gateway: 1, websocket: 2, websub: 3 };
	const folder = temporaryFolder(t, {
		"portico.yaml": stringify({
			public: "http://sso.example.com",
			listeners: [{ address: "127.0.0.1:8080" }],
			services: {
				is: { product: "wso2-is", prefix: "/is-", transport: "http", nodes: [{ name: "is-1", host: "127.0.0.1", ports }] },
				apim: {
					product: "wso2-apim",
					host: "api.example.com",
					transport: "http",
					nodes: [{ name: "am-1", host: "127.0.0.1", ports: all }],
				},
			},
		}),
	});
	const run = (more: readonly string[]) =>
		runCommand(register, ["doctor", "-c", `${folder}/portico.yaml`, "--resolve", `127.0.0.1:${node.port}`, ...words, ...more]);
	const { out, err, code } = await run(["--json"]);
	assert.equal(err, "");
	const report = JSON.parse(out) as JsonReport;
	assert.equal(report.exitCode, code);
	assert.deepEqual(
		report.skipped.filter(({ about }) => about === "this check"),
		[],
	);
	return { node, report, text: (await run([])).out };
}

test("redirects are not followed to anybody else, and the secrets in them are not shown", async (t) => {
	const elsewhere = await startRawServer({ after }, serve("HTTP/1.1 204 \r\n\r\n"));
	const place = `http://user:${SECRET}@127.0.0.1:${elsewhere.port}/oauth2/authorize;jsessionid=${SECRET}`;
	const query = `code=${SECRET}&id_token=${SECRET}&sessionDataKey=${SECRET}&oauthErrorCode=invalid_callback&redirect_uri=${encodeURIComponent("http://10.9.9.9/x")}`;
	const hostile = await diagnose(
		t,
		serve(
			responseText(302, [
				`Location: ${place}?${query}#access_token=${SECRET}`,
				`Refresh: 0; url=${place}?${query}`,
				...["JSESSIONID", `sessionNonceCookie-${SECRET}`, `is.sessionNonceCookie-${SECRET}`].map(
					(name) => `Set-Cookie: ${name}=${SECRET}; Path=/nowhere; SameSite=Lax; Domain=evil.example`,
				),
				`Server: WSO2 Carbon Server`,
			]),
		),
	);
	assert.equal(elsewhere.connections.length, 0);
	assert.ok(hostile.report.findings.length > 3, JSON.stringify(hostile.report.findings));
	assert.ok(!JSON.stringify(hostile.report).includes(SECRET), hostile.text);
	assert.ok(!hostile.text.includes(SECRET), hostile.text);
});

test("documents made to be slow to read are read all the same", async (t) => {
	for (const body of [
		`WSO2 Identity Server-5.0.0${"<".repeat(510_000)}`,
		`{"issuer":"x","list":${"[".repeat(510_000)}`,
		`{"issuer":"https://sso.example.com/x"${',"a_endpoint":"http://10.0.0.1/"'.repeat(15_000)}}`,
		`origin: "https://x"${'Location="'.repeat(50_000)}`,
		`"endpointURLs"${'"https":"https://'.repeat(30_000)}`,
		"://".repeat(170_000),
	]) {
		const { report } = await diagnose(t, serve(responseText(200, ["Content-Type: text/html"], body)));
		assert.ok(report.findings.length > 0);
	}
});

test("a node that takes every connection and never answers costs a few waits, not one for each question", async (t) => {
	const { node, report } = await diagnose(t, async (connection) => void (await connection.request(60_000).catch(() => null)), [
		"--timeout",
		"200ms",
	]);
	assert.ok(report.skipped.length > 10, String(report.skipped.length));
	// Two runs of the doctor, and eight questions may be on their way when it gives up.
	assert.ok(node.connections.length < 50, String(node.connections.length));
});

test("bodies, heads and interim responses without end are left", async (t) => {
	const endless =
		(first: string, part: string): Script =>
		async (connection) => {
			await connection.request();
			await connection.send(first);
			while (connection.ending === null && !connection.socket.destroyed) await connection.send(part);
		};
	for (const script of [
		endless("HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n", "x".repeat(65_536)),
		endless("HTTP/1.1 200 OK\r\n", `X: ${"y".repeat(1000)}\r\n`),
		endless("", "HTTP/1.1 102 \r\n\r\n".repeat(100)),
		endless("", "\u0000".repeat(65_536)),
	]) {
		const { report } = await diagnose(t, script, ["--timeout", "1s", "--only", "version,oidc,leak"]);
		assert.ok(report.skipped.length + report.findings.length > 0);
	}
});

test("an admin server whose response does not end, and one of another kind, are told as such", async (t) => {
	const admin = await startRawServer(t, async (connection) => {
		await connection.request();
		await connection.send("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n[");
		const part = "0,".repeat(500_000);
		while (connection.ending === null && !connection.socket.destroyed) await connection.send(part);
	});
	const { report } = await diagnose(t, serve("HTTP/1.1 404 \r\nContent-Length: 0\r\n\r\n"), [
		...["--only", "running", "--admin", `http://127.0.0.1:${admin.port}`],
	]);
	assert.match(report.skipped[0]?.reason ?? "", /its response does not end/);
});
