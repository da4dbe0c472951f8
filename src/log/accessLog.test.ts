import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createReadStream, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isMainThread, Worker, workerData } from "node:worker_threads";
import { within } from "../../test/harness/deadline.ts";
import { exchangeRecord } from "../../test/harness/exchangeRecord.ts";
import { temporaryFolder } from "../../test/harness/folder.ts";
import type { AccessLogPlan } from "../plan/log.ts";
import { AccessLog, accessLogProblems } from "./accessLog.ts";
import type { LogFailure } from "./logFile.ts";

const plan = (path: string, fields: Partial<AccessLogPlan> = {}): AccessLogPlan => ({
	path,
	syslog: null,
	format: "%U",
	services: null,
	mask: [],
	...fields,
});
const linesOf = (path: string): string[] => readFileSync(path, "utf8").split("\n").slice(0, -1);
const numbers = (count: number, from = 0): string[] => Array.from({ length: count }, (_, i) => `/${from + i}`);

function writeAll(log: AccessLog, targets: readonly string[], service = "is"): void {
	for (const target of targets) log.write(exchangeRecord({ target, routeId: service === "" ? "" : `${service}:/carbon` }));
}

const THREADS = 4;
const LINES = 5000;

/** What a thread of the hammer writes: lines of all lengths, ending in a mark. */
async function hammer(path: string, thread: number): Promise<void> {
	const log = AccessLog.open([plan(path, { format: "%{Referer}i%U", mask: [] })]);
	for (let i = 0; i < LINES; i++) {
		log.write(exchangeRecord({ target: `/${thread}.${i}.${"x".repeat((i * 7919) % 700)}end`, requestHeaders: null }));
		if (i % 500 === 0) await new Promise(setImmediate);
	}
	await log.close();
}

if (!isMainThread) {
	const { path, thread } = workerData as { path: string; thread: number };
	await hammer(path, thread);
} else {
	test("lines come out in order, in a file made with its folder", async (t) => {
		const path = join(temporaryFolder(t), "a/b/access.log");
		const log = AccessLog.open([plan(path)]);
		writeAll(log, numbers(20_000));
		await log.close();
		assert.deepEqual(linesOf(path), numbers(20_000));
		assert.equal(log.dropped, 0);
	});

	test("an existing file is appended to", async (t) => {
		const path = join(temporaryFolder(t, { "access.log": "before\n" }), "access.log");
		const log = AccessLog.open([plan(path)]);
		writeAll(log, ["/after"]);
		await log.close();
		assert.deepEqual(linesOf(path), ["before", "/after"]);
	});

	test("a log of some services has only their lines, a log of all also those of none", async (t) => {
		const folder = temporaryFolder(t);
		const [all, some, other] = [join(folder, "all"), join(folder, "some"), join(folder, "other")];
		const log = AccessLog.open([plan(all), plan(some, { services: ["b", "c"] }), plan(other, { services: ["d"] })]);
		for (const service of ["", "a", "b", "c", "bc"]) writeAll(log, [`/${service}`], service);
		await log.close();
		assert.deepEqual(linesOf(all), ["/", "/a", "/b", "/c", "/bc"]);
		assert.deepEqual(linesOf(some), ["/b", "/c"]);
		assert.deepEqual(linesOf(other), []);
	});

	test("two logs may share a file", async (t) => {
		const path = join(temporaryFolder(t), "access.log");
		const log = AccessLog.open([plan(path, { services: ["a"] }), plan(path, { services: ["b"], format: "%m" })]);
		writeAll(log, ["/a"], "a");
		writeAll(log, ["/b"], "b");
		await log.close();
		assert.deepEqual(linesOf(path), ["/a", "GET"]);
	});

	test("other plans: files that stay go on, others are closed with all their lines, new ones are made", async (t) => {
		const folder = temporaryFolder(t);
		const [stays, goes, comes] = [join(folder, "stays"), join(folder, "goes"), join(folder, "comes")];
		const log = AccessLog.open([plan(stays), plan(goes)]);
		writeAll(log, numbers(2000));
		log.replace([plan(stays, { format: "%m" }), plan(comes)]);
		writeAll(log, ["/new"]);
		await log.close();
		// The old and the new descriptor write beside each other: no line is lost, whatever their order.
		assert.deepEqual(linesOf(stays).toSorted(), [...numbers(2000), "GET"].toSorted());
		assert.deepEqual(linesOf(goes), numbers(2000));
		assert.deepEqual(linesOf(comes), ["/new"]);
	});

	test("other plans take up a file that was moved away", async (t) => {
		const folder = temporaryFolder(t);
		const path = join(folder, "access.log");
		const log = AccessLog.open([plan(path)]);
		writeAll(log, ["/old"]);
		renameSync(path, `${path}.1`);
		log.replace([plan(path)]);
		writeAll(log, ["/new"]);
		await log.close();
		assert.deepEqual([linesOf(`${path}.1`), linesOf(path)], [["/old"], ["/new"]]);
	});

	test("a plan that is not understood changes nothing", async (t) => {
		const path = join(temporaryFolder(t), "access.log");
		const log = AccessLog.open([plan(path)]);
		assert.throws(() => log.replace([plan(path, { format: "%{" })]));
		writeAll(log, ["/a"]);
		await log.close();
		assert.deepEqual(linesOf(path), ["/a"]);
	});

	test("after a rotation the old lines are in the old file, the new ones in the new, none lost", async (t) => {
		const folder = temporaryFolder(t);
		const path = join(folder, "access.log");
		const log = AccessLog.open([plan(path)]);
		for (let turn = 0; turn < 5; turn++) {
			writeAll(log, numbers(3000, turn * 3000));
			renameSync(path, `${path}.${turn}`);
			log.reopen();
		}
		await log.close();
		for (let turn = 0; turn < 5; turn++) assert.deepEqual(linesOf(`${path}.${turn}`), numbers(3000, turn * 3000));
		assert.deepEqual(linesOf(path), []);
	});

	test("a rotation into a folder that is gone keeps the old file and is told", async (t) => {
		const folder = temporaryFolder(t, { "logs/access.log": "" });
		const told: LogFailure[] = [];
		const log = AccessLog.open([plan(join(folder, "logs/access.log"))], (failure) => told.push(failure));
		renameSync(join(folder, "logs"), join(folder, "moved"));
		writeFileSync(join(folder, "logs"), "not a folder");
		for (let i = 0; i < 3; i++) {
			writeAll(log, [`/${i}`]);
			log.reopen();
		}
		assert.equal(told.length, 1, "once a minute");
		assert.match(told[0]?.reason ?? "", /EEXIST|ENOTDIR/);
		rmSync(join(folder, "logs"));
		log.reopen();
		writeAll(log, ["/new"]);
		await log.close();
		assert.deepEqual(linesOf(join(folder, "moved/access.log")), numbers(3));
		assert.deepEqual(linesOf(join(folder, "logs/access.log")), ["/new"]);
		assert.equal(log.dropped, 0);
	});

	test("a file that cannot be opened loses lines, counts them, and is tried again", async (t) => {
		const folder = temporaryFolder(t, { logs: "not a folder" });
		const path = join(folder, "logs/access.log");
		const told: LogFailure[] = [];
		const log = AccessLog.open([plan(path)], (failure) => told.push(failure));
		writeAll(log, numbers(10));
		log.flush();
		assert.equal(log.dropped, 10);
		assert.equal(told.length, 1);
		assert.equal(told[0]?.path, path);
		rmSync(join(folder, "logs"));
		mkdirSync(join(folder, "logs"));
		writeAll(log, ["/later"]);
		await log.close();
		assert.deepEqual(linesOf(path), ["/later"]);
	});

	test("a full disk is told and survived", { skip: existsSync("/dev/full") ? false : "no /dev/full" }, async () => {
		const told = Promise.withResolvers<LogFailure>();
		const log = AccessLog.open([plan("/dev/full")], told.resolve);
		writeAll(log, numbers(1000));
		log.flush();
		assert.match((await within(told.promise, "the failure")).reason, /ENOSPC/);
		const long = `/${"x".repeat(1000)}`;
		for (let i = 0; i < 10_000; i++) writeAll(log, [long]);
		assert.ok(log.dropped > 0, "what the backlog cannot hold is dropped and counted");
		log.reopen();
		await within(log.close(), "the end of a log on a full disk");
	});

	test("lines of several threads never mix", async (t) => {
		const path = join(temporaryFolder(t), "access.log");
		const workers = Array.from({ length: THREADS }, (_, thread) => new Worker(new URL(import.meta.url), { workerData: { path, thread } }));
		await Promise.all(
			workers.map((worker) => {
				const ended = Promise.withResolvers<void>();
				worker.once("error", ended.reject);
				worker.once("exit", () => ended.resolve());
				return ended.promise;
			}),
		);
		const next = new Array<number>(THREADS).fill(0);
		for (const line of linesOf(path)) {
			const [, thread, index, rest] = /^-\/(\d)\.(\d+)\.(x*end)$/.exec(line) ?? assert.fail(`a broken line: ${line}`);
			assert.equal(Number(index), next[Number(thread)]);
			assert.equal(rest?.length, ((Number(index) * 7919) % 700) + 3);
			next[Number(thread)] = Number(index) + 1;
		}
		assert.deepEqual(next, new Array<number>(THREADS).fill(LINES));
	});

	test("a thread that dies can leave its last lines", (t) => {
		const path = join(temporaryFolder(t), "access.log");
		const script = `
			import { AccessLog } from ${JSON.stringify(new URL("accessLog.ts", import.meta.url).href)};
			import { exchangeRecord } from ${JSON.stringify(new URL("../../test/harness/exchangeRecord.ts", import.meta.url).href)};
			const log = AccessLog.open([{ path: ${JSON.stringify(path)}, format: "%U", syslog: null, services: null, mask: [] }]);
			for (let i = 0; i < 9000; i++) log.write(exchangeRecord({ target: "/" + i }));
			log.flushSync();
			process.exit();`;
		assert.equal(spawnSync(process.execPath, ["--input-type=module", "-e", script]).status, 0);
		assert.deepEqual(linesOf(path).sort(), numbers(9000).sort());
	});

	test("standard output gets whole lines, also through a pipe", () => {
		const script = `
			import { AccessLog } from ${JSON.stringify(new URL("accessLog.ts", import.meta.url).href)};
			import { exchangeRecord } from ${JSON.stringify(new URL("../../test/harness/exchangeRecord.ts", import.meta.url).href)};
			const log = AccessLog.open([{ path: "-", format: "json", syslog: null, services: null, mask: [] }]);
			for (let i = 0; i < 2000; i++) log.write(exchangeRecord({ target: "/" + i + "\\u00c3\\u00a9".repeat(i % 50) }));
			await log.close();`;
		const { stdout, status } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { maxBuffer: 1 << 24 });
		assert.equal(status, 0);
		const paths = stdout
			.toString()
			.trimEnd()
			.split("\n")
			.map((line) => (JSON.parse(line) as { path: string }).path);
		assert.deepEqual(
			paths,
			Array.from({ length: 2000 }, (_, i) => `/${i}${"é".repeat(i % 50)}`),
		);
	});

	test("problems at the start are messages", (t) => {
		const folder = temporaryFolder(t, { file: "" });
		const problems = accessLogProblems([plan(join(folder, "ok.log")), plan(join(folder, "file/x.log")), plan("-")]);
		assert.equal(problems.length, 1);
		assert.match(problems[0] ?? "", /^cannot open the access log .*file\/x\.log: E/);
	});

	test("a named pipe that nobody reads yet does not hold up the start, and gets lines once somebody does", async (t) => {
		const path = join(temporaryFolder(t, {}), "pipe");
		assert.equal(spawnSync("mkfifo", [path]).status, 0);
		assert.deepEqual(accessLogProblems([plan(path)]), []);
		const failures: LogFailure[] = [];
		const log = AccessLog.open([plan(path)], (failure) => failures.push(failure));
		assert.match(failures[0]?.reason ?? "", /ENXIO/);
		const reader = createReadStream(path, "utf8");
		const first = Promise.withResolvers<string | Buffer>();
		reader.once("data", first.resolve);
		const writing = setInterval(() => {
			log.write(exchangeRecord({ target: "/read" }));
			log.flush();
		}, 5);
		try {
			assert.match(String(await within(first.promise, "a line")), /^\/read\n/);
		} finally {
			clearInterval(writing);
		}
		reader.destroy();
		await log.close();
	});
}
