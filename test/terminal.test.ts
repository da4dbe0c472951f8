/** `portico run` at a terminal: a log for people, and Ctrl-C, which every process of the terminal gets. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { Child } from "./harness/child.ts";
import { within } from "./harness/deadline.ts";
import { temporaryFolder } from "./harness/folder.ts";
import { CLI } from "./harness/portico.ts";

const SECRET = "a-secret-of-at-least-thirty-two-characters";
const CONFIG = `
public: http://localhost
listeners: [{ address: "127.0.0.1:0" }]
services: { app: { product: http, routes: [{ path: /app }], nodes: [{ name: a, url: "http://127.0.0.1:9" }] } }
secrets: { affinity: [{ id: a, secret: ${SECRET} }] }
accessLog: []
`;
/** This Node, which says that it is too old, so that another one stands between it and the terminal. */
const OLD = `data:text/javascript,${encodeURIComponent(
	'if (process.argv[2] === "run" && process.env.OLD === "1") { Object.defineProperty(process, "versions", { value: { ...process.versions, node: "20.20.0" } }); process.execve = undefined; }',
)}`;

test("at a terminal the log is text without secrets, and Ctrl-C drains, also through an old Node", async (t) => {
	const folder = temporaryFolder(t, { "portico.yaml": CONFIG });
	const command = `exec '${process.execPath}' --import '${OLD}' '${CLI}' run`;
	// script(1) runs a command at a terminal of its own.
	const terminal = spawn("script", ["-qefc", command, "/dev/null"], {
		cwd: folder,
		env: { ...process.env, OLD: "1", SHELL: "/bin/sh" },
		stdio: ["pipe", "pipe", "pipe"],
	});
	const child = new Child(t, terminal, "SIGTERM");
	await child.until(
		() => (/\n$/.test(child.stdout) && / INFO {2}ready /.test(child.stdout) ? true : undefined),
		"the line of a start",
		20_000,
	);
	assert.match(child.stdout, /^\d\d:\d\d:\d\d\.\d{3} INFO {2}ready listeners=\["127\.0\.0\.1:\d+"\] .*public=http:\/\/localhost\r$/m);
	terminal.stdin.write("\x03");
	const { code } = await within(child.exited, () => `the end; output:\n${child.output}`, 20_000);
	assert.match(child.stdout, / INFO {2}draining signal=SIGINT\r\n/);
	assert.match(child.stdout, / INFO {2}stopped\r\n/);
	assert.equal(code, 0);
	assert.ok(!child.output.includes(SECRET) && !child.output.includes('{"level"'), child.output);
});
