/** What `portico demo` prints can be pasted into a shell as it stands. */
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { startDemo } from "../../browser/demo.ts";
import { temporaryFolder } from "../../harness/folder.ts";
import { CLI } from "../../harness/portico.ts";

interface Ran {
	readonly code: number;
	readonly output: string;
}

/** From another folder, as another shell would. */
function paste(line: string, cwd: string): Promise<Ran> {
	const { promise, resolve } = Promise.withResolvers<Ran>();
	execFile("bash", ["-c", line], { cwd, timeout: 60_000 }, (error, stdout, stderr) =>
		resolve({ code: typeof error?.code === "number" ? error.code : error === null ? 0 : -1, output: stdout + stderr }),
	);
	return promise;
}

test("every command that the demo prints runs in another shell", async (t) => {
	const elsewhere = temporaryFolder(t);
	const demo = await startDemo(t);
	const { child } = demo;
	const commands = [...child.stdout.matchAll(/^ {2}(\S+ .*(?:cli\.[jt]s|portico) (\w+) .*)$/gm)].map(([, line = "", name = ""]) => [
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
		// On a busy machine the doctor may also find that something takes long.
		assert.ok(name === "doctor" ? code >= 0 && code <= 2 : code === 0, `${line}: ${code}\n${output}`);
	}
	const kill = /^ {2}(kill -9 \d+)$/m.exec(child.stdout)?.[1] ?? assert.fail(child.stdout);
	assert.deepEqual(await paste(kill, elsewhere), { code: 0, output: "" });
	// Its log is sentences, with the time and without colours where no terminal is.
	const says = (sentence: string) =>
		child.until(
			() => (new RegExp(`^\\d\\d:\\d\\d:\\d\\d {2}${sentence}$`, "m").test(child.stdout) ? true : undefined),
			`"${sentence}"; output:\n${child.output}`,
			20_000,
		);
	await says("■ is-1 is down: it refuses connections\\. is-2 takes its requests\\.");
	await demo.type("start is-1");
	await says("● is-1 is up again and takes requests\\.");
	await says("◐ is-1 is draining\\. New clients go to other nodes\\.");
	await says("● is-1 is enabled\\. It takes new clients\\.");
	await says("  GET /is-oauth2/jwks: 200, node is-[12]/servlet, \\d+ ms");
	assert.ok(!child.stdout.includes("\x1b") && child.stderr === "", child.output);

	const second = await paste(`'${process.execPath}' '${CLI}' demo --port ${new URL(demo.origin).port}`, elsewhere);
	assert.deepEqual(second.code, 1);
	assert.match(second.output, /^portico: port \d+ is in use: choose another one with --port, for example --port \d+\n$/);
});
