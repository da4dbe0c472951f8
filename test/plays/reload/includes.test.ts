/** A configuration of several files, with texts from files: all of it is read again at a reload, and a refusal names the file. */
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stringify } from "yaml";
import { field, get } from "../../harness/message.ts";
import { runPortico, startPortico } from "../../harness/portico.ts";
import { exchange } from "../../harness/rawClient.ts";
import { startNodes } from "./rig.ts";

test("files come, change and break", async (t) => {
	const [a, b] = await startNodes(t, "a", "b");
	assert.ok(a && b);
	const part = (name: string, port: number, rest: object = {}): string =>
		stringify({
			services: { [name]: { product: "http", routes: [{ path: `/${name}` }], nodes: [{ name, url: `http://127.0.0.1:${port}` }] } },
			...rest,
		});
	const main = {
		include: ["conf.d"],
		public: "http://localhost",
		listeners: [{ address: "127.0.0.1:0" }],
		accessLog: [],
		workers: 1,
		responseHeaders: { "X-Key": "${file:secret}" },
	};
	const portico = await startPortico(t, main, { files: { "conf.d/a.yaml": part("a", a.server.port), secret: "first\n" } });
	const write = (name: string, text: string): void => writeFileSync(join(portico.folder, name), text);
	const ask = async (path: string) => exchange(t, portico.port, get(path));
	const keyAt = async (path: string) => {
		const response = await ask(path);
		return [response.status, field(response, "x-key")];
	};
	assert.deepEqual(
		[await keyAt("/a"), await keyAt("/b")],
		[
			[200, "first"],
			[404, "first"],
		],
	);

	write("conf.d/b.yaml", part("b", b.server.port));
	write("secret", "second\n");
	portico.signal("SIGHUP");
	const { changes } = await portico.event("config_reloaded");
	assert.deepEqual(changes, ["responseHeaders changed", "service a: route /a changed", "service b added, with 1 node"]);
	assert.deepEqual(
		[await keyAt("/a"), await keyAt("/b")],
		[
			[200, "second"],
			[200, "second"],
		],
	);

	mkdirSync(join(portico.folder, "conf.d/deep"));
	write("conf.d/deep/c.yaml", "workers: 2\nlimits: { headerFields: ten }\n");
	write("conf.d/c.yaml", "include: deep/c.yaml\n");
	portico.signal("SIGHUP");
	const { problems } = await portico.event("config_refused");
	assert.match(String((problems as string[])[0]), /conf\.d\/deep\/c\.yaml:1:1: `workers` is set already in .*portico\.yaml:\d+/);
	assert.deepEqual(await keyAt("/b"), [200, "second"]);

	write("conf.d/deep/c.yaml", "zone: ams\n");
	const { stdout, code } = await runPortico(t, ["check"], { cwd: portico.folder });
	assert.equal(code, 0);
	assert.deepEqual(
		stdout.split("\n").filter((line) => line.startsWith("included")),
		["conf.d/a.yaml", "conf.d/b.yaml", "conf.d/c.yaml", "conf.d/deep/c.yaml"].map((file) => `included   ${file}`),
	);
	assert.ok(!portico.child.output.includes("second"));
});
