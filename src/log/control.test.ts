import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { temporaryFolder } from "../../test/harness/folder.ts";
import { createControlLog } from "./control.ts";
import type { Log } from "./log.ts";

function written(t: TestContext, options: { level?: string; pretty?: boolean }, act: (log: Log) => void): string[] {
	const destination = join(temporaryFolder(t), "logs/control.log");
	act(createControlLog({ level: options.level ?? "info", pretty: options.pretty ?? false, destination }));
	return readFileSync(destination, "utf8").split("\n").slice(0, -1);
}

test("an event is one line of JSON, written at once", (t) => {
	const [line = "", ...rest] = written(t, {}, (log) =>
		log.info("listening", { address: "0.0.0.0:443", workers: 2, tls: true, names: ["a", "b"] }),
	);
	const { time, ...fields } = JSON.parse(line) as Record<string, unknown>;
	assert.match(String(time), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
	assert.deepEqual(fields, { level: "info", msg: "listening", address: "0.0.0.0:443", workers: 2, tls: true, names: ["a", "b"] });
	assert.deepEqual(rest, []);
});

test("events below the level are not written", (t) => {
	const lines = written(t, { level: "warn" }, (log) => {
		log.debug("a");
		log.info("b");
		log.warn("c");
		log.error("d");
	});
	assert.deepEqual(
		lines.map((line) => (JSON.parse(line) as { msg: string }).msg),
		["c", "d"],
	);
});

test("pretty is one readable line, whatever the values hold", (t) => {
	const [line = "", ...rest] = written(t, { pretty: true }, (log) =>
		log.warn("member_down", { member: "is-1/servlet", cause: 'a "b"\n\x1b[31mc', tries: 3, tls: null, names: ["x"], none: undefined }),
	);
	assert.match(
		line,
		/^\d\d:\d\d:\d\d\.\d{3} WARN {2}member_down member=is-1\/servlet cause="a \\"b\\"\\n\\u001b\[31mc" tries=3 tls=null names=\["x"\]$/,
	);
	assert.deepEqual(rest, []);
});

test("secrets are not written", (t) => {
	const fields = {
		password: "SECRET",
		clientSecret: "SECRET",
		adminToken: "SECRET",
		Authorization: "Basic SECRET",
		cookie: "JSESSIONID=SECRET",
		url: "https://rp.example/?code=SECRET&state=x",
		urls: ["/?id_token=SECRET", "/ok"],
		pem: "-----BEGIN PRIVATE KEY-----\nSECRET",
		code: "connection_refused",
	};
	for (const pretty of [false, true]) {
		const [line = ""] = written(t, { pretty }, (log) => log.error("failed", fields));
		assert.ok(!line.includes("SECRET"), line);
		assert.match(line, /connection_refused/);
		assert.match(line, /\?code=\*\*\*&state=x/);
	}
});

test("an unknown level is an error", () => {
	assert.throws(() => createControlLog({ level: "loud", pretty: false }), /level/);
});
