/** What `portico demo` prints can be pasted into a shell as it stands. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { startNode } from "../../harness/child.ts";
import { temporaryFolder } from "../../harness/folder.ts";
import { CLI } from "../../harness/portico.ts";
import { freePorts } from "../../harness/ports.ts";

interface Ran {
	readonly code: number;
	readonly output: string;
}

/** From another folder, as another shell would. */
function paste(line: string, cwd: string): Promise<Ran> {
	const { promise, resolve } = Promise.withResolvers<Ran>();
	execFile("bash", ["-c", line], { cwd, timeout: 30_000 }, (error, stdout, stderr) =>
		resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, output: stdout + stderr }),
	);
	return promise;
}

test("every command that the demo prints runs in another shell", async (t) => {
	const [port, httpPort] = await freePorts(2);
	const elsewhere = temporaryFolder(t);
	const demo = startNode(t, [CLI, "demo", "--port", String(port), "--http-port", String(httpPort)], { endWith: "SIGTERM" });
	await demo.until(() => (demo.stdout.includes("Ctrl-C") ? true : undefined), "the welcome", 30_000);
	const commands = [...demo.stdout.matchAll(/^ {2}(\S+ .*(?:cli\.[jt]s|portico) (\w+) .*)$/gm)].map(([, line = "", name = ""]) => [
		name,
		line,
	]);
	assert.deepEqual(
		commands.map(([name]) => name),
		["status", "drain", "enable", "explain", "doctor"],
	);
	const expected: Readonly<Record<string, RegExp>> = {
		status: /^https:\/\/localhost:\d+ {2}ready/,
		drain: /^is-1: draining/,
		enable: /^is-1\/servlet: enabled/,
		explain: /^GET \/is-samlsso on localhost:\d+/,
		doctor: /https:\/\/localhost:\d+/,
	};
	for (const [name = "", line = ""] of commands) {
		const { code, output } = await paste(line, elsewhere);
		assert.match(output, expected[name] ?? /$^/, line);
		assert.ok(name === "doctor" ? code >= 0 && code <= 2 : code === 0, `${line}: ${code}\n${output}`);
	}
	const kill = /^ {2}(kill -9 \d+)$/m.exec(demo.stdout)?.[1] ?? assert.fail(demo.stdout);
	assert.deepEqual(await paste(kill, elsewhere), { code: 0, output: "" });
	await demo.until(() => (/member_down.*is-1/.test(demo.output) ? true : undefined), "the end of is-1", 20_000);
});
