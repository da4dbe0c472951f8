/**
 * Portico in a memory cgroup under one attack after another: whether the kernel kills it, whether honest requests go on, how soon everybody is accepted
 * again, and how much memory comes back. Needs root and cgroups: see README.md.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { Agent, get } from "node:http";
import { get as getTls } from "node:https";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { TestAuthority } from "../../test/harness/certs.ts";

const { values } = parseArgs({
	options: {
		memory: { type: "string", default: "256,512" },
		attacks: { type: "string", default: "uploads,heads,pages,bombs" },
		seconds: { type: "string", default: "15" },
		cli: { type: "string", default: fileURLToPath(new URL("../../dist/src/cli.js", import.meta.url)) },
		trace: { type: "boolean", default: false },
		plain: { type: "boolean", default: false },
	},
});

const MIB = 2 ** 20;
const LOOK_MS = 250;
const RETURN_MS = 15_000;
const here = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

interface Result {
	readonly ok: boolean;
	readonly ms: number;
	readonly what: string;
}

function ask(kind: "kept" | "new" | "tls", port: number, agent: Agent | undefined): Promise<Result> {
	const start = performance.now();
	const { promise, resolve } = Promise.withResolvers<Result>();
	const end = (ok: boolean, what: string): void => resolve({ ok, what, ms: performance.now() - start });
	const options = { port, host: "127.0.0.1", path: "/app/honest", timeout: 10_000, headers: { Host: "localhost" } };
	const request =
		kind === "tls"
			? getTls({ ...options, rejectUnauthorized: false, agent: false, servername: "localhost" })
			: get({ ...options, agent: agent ?? false });
	request.on("response", (response) => {
		response.resume();
		response.on("end", () => end(response.statusCode === 200, String(response.statusCode)));
		response.on("error", () => end(false, "cut"));
	});
	request.on("timeout", () => request.destroy(new Error("timeout")));
	request.on("error", (error) => end(false, (error as NodeJS.ErrnoException).code ?? error.message));
	return promise;
}

const read = (path: string): number => {
	try {
		return Number(readFileSync(path, "utf8").trim());
	} catch {
		return Number.NaN;
	}
};

/** As soon as the kernel has let go of its processes. */
async function removeGroup(group: string): Promise<void> {
	for (let tries = 0; tries < 50; tries++) {
		await sleep(100);
		try {
			return rmdirSync(group);
		} catch {
			// Not yet.
		}
	}
}

async function play(attack: string, megabytes: number): Promise<void> {
	const v2 = readFileSync("/proc/self/mounts", "utf8").includes(" /sys/fs/cgroup cgroup2 ");
	const group = v2 ? `/sys/fs/cgroup/portico-${process.pid}` : `/sys/fs/cgroup/memory/portico-${process.pid}`;
	const usage = `${group}/${v2 ? "memory.current" : "memory.usage_in_bytes"}`;
	const folder = mkdtempSync(join(tmpdir(), "portico-shortage-"));
	mkdirSync(group, { recursive: true });
	writeFileSync(`${group}/${v2 ? "memory.max" : "memory.limit_in_bytes"}`, String(megabytes * MIB));
	const children: ChildProcess[] = [];
	try {
		const nodes: number[] = [];
		for (let index = 0; index < 2; index++) {
			const node = spawn(process.execPath, [here("node.ts")], { stdio: ["ignore", "pipe", "inherit"] });
			children.push(node);
			const [line] = await once(createInterface({ input: node.stdout }), "line");
			nodes.push(Number(line));
		}
		const authority = await TestAuthority.create();
		const { cert, key } = await authority.issue();
		writeFileSync(join(folder, "cert.pem"), cert);
		writeFileSync(join(folder, "key.pem"), key);
		const routes = [{ path: "/app" }, { path: "/pages", rewriteBodies: true }];
		const config = {
			public: "http://localhost",
			listeners: [{ address: "127.0.0.1:0" }, { address: "127.0.0.1:0", tls: { certificates: [{ cert: "cert.pem", key: "key.pem" }] } }],
			services: {
				app: { product: "http", routes, nodes: nodes.map((port, index) => ({ name: `n${index}`, url: `http://127.0.0.1:${port}` })) },
			},
			admin: { address: "127.0.0.1:0" },
			accessLog: [],
			workers: 2,
		};
		writeFileSync(join(folder, "portico.yaml"), JSON.stringify(config));
		const command = `echo $$ > ${group}/cgroup.procs; ulimit -n 20000; exec "$0" "$@"`;
		const portico = spawn("sh", ["-c", command, process.execPath, values.cli, "run", "-c", join(folder, "portico.yaml")], {
			stdio: ["ignore", "pipe", "pipe"],
			// As deploy/portico.service.
			env: values.plain ? process.env : { ...process.env, MALLOC_MMAP_THRESHOLD_: "32768" },
		});
		children.push(portico);
		const ended = { code: "" };
		portico.on("exit", (code, signal) => (ended.code = String(signal ?? code)));
		const counts = new Map<string, number>();
		const { promise: isReady, resolve } = Promise.withResolvers<{ listeners: string[]; admin: string }>();
		for (const stream of [portico.stdout, portico.stderr])
			createInterface({ input: stream }).on("line", (line) => {
				if (!line.startsWith("{")) return void process.stdout.write(`    ${line}\n`);
				const { msg, ...rest } = JSON.parse(line);
				if (msg === "ready") resolve(rest);
				counts.set(msg, (counts.get(msg) ?? 0) + 1);
				if (values.trace && msg !== "exchange_failed" && msg !== "client_refused") process.stdout.write(`    ${line.slice(0, 400)}\n`);
			});
		const ready = await isReady;
		const [port = 0, tlsPort = 0] = ready.listeners.map((address) => Number(address.split(":").at(-1)));
		const adminPort = Number(ready.admin.split(":").at(-1));
		const agent = new Agent({ keepAlive: true, maxSockets: 1 });
		const row = () => ({ ok: 0, failed: 0, slowest: 0 });
		const tally = { kept: row(), new: row(), tls: row() };
		const failures = new Map<string, number>();
		let least = Number.NaN;
		let most = 0;
		let notReady = 0;
		const rss = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${portico.pid}/status`, "utf8"))?.[1] ?? 0) / 1024;
		const look = async (isAttack: boolean): Promise<boolean> => {
			const kinds = ["kept", "new", "tls"] as const;
			const results = await Promise.all(
				kinds.map((kind) => ask(kind, kind === "tls" ? tlsPort : port, kind === "kept" ? agent : undefined)),
			);
			const used = read(usage) / MIB;
			most = Math.max(most, used);
			const readyz = await new Promise<number>((done) => {
				get({ port: adminPort, host: "127.0.0.1", path: "/readyz", agent: false, timeout: 5000 }, (response) => {
					response.resume();
					done(response.statusCode ?? 0);
				}).on("error", () => done(0));
			});
			if (isAttack && readyz !== 200) notReady++;
			for (const [index, kind] of kinds.entries()) {
				const result = results[index];
				if (result === undefined || !isAttack) continue;
				const row = tally[kind];
				if (result.ok) row.ok++;
				else row.failed++;
				row.slowest = Math.max(row.slowest, result.ms);
				if (!result.ok) failures.set(`${kind} ${result.what}`, (failures.get(`${kind} ${result.what}`) ?? 0) + 1);
			}
			if (values.trace)
				process.stdout.write(
					`    ${used.toFixed(0)} MiB, rss ${ended.code === "" ? rss().toFixed(0) : "-"}, readyz ${readyz}, ${results.map(({ what, ms }) => `${what} ${ms.toFixed(0)}`).join(", ")}\n`,
				);
			return results.every(({ ok }) => ok);
		};
		for (let index = 0; index < 8; index++) await look(false);
		least = read(usage) / MIB;
		const attacker = spawn(process.execPath, [here("attack.ts"), attack, String(port)], { stdio: ["ignore", "inherit", "inherit"] });
		children.push(attacker);
		const until = performance.now() + Number(values.seconds) * 1000;
		while (performance.now() < until && ended.code === "") await Promise.all([look(true), sleep(LOOK_MS)]);
		attacker.kill("SIGKILL");
		const over = performance.now();
		const peak = most;
		let back = Number.NaN;
		while (performance.now() < over + RETURN_MS && ended.code === "") {
			const [all] = await Promise.all([look(false), sleep(LOOK_MS)]);
			if (!all) back = Number.NaN;
			else if (Number.isNaN(back)) back = performance.now() - over;
		}
		const honest = Object.entries(tally).map(
			([kind, { ok, failed, slowest }]) => `${kind} ${ok} ok ${failed} failed (slowest ${(slowest / 1000).toFixed(1)} s)`,
		);
		const deaths = counts.get("worker_died") ?? 0;
		const after = ended.code === "" ? `${(read(usage) / MIB).toFixed(0)} MiB (${least.toFixed(0)} before)` : "nothing";
		process.stdout.write(
			`${attack} in ${megabytes} MiB: ${ended.code === "" ? "lives" : `ENDED by ${ended.code}`}, peak ${peak.toFixed(0)} MiB, ${deaths} workers died, readyz not 200 ${notReady} times\n`,
		);
		process.stdout.write(
			`  ${honest.join("; ")}\n  all accepted again after ${(back / 1000).toFixed(1)} s, in use ${RETURN_MS / 1000} s later ${after}\n`,
		);
		if (failures.size > 0)
			process.stdout.write(
				`  failures: ${JSON.stringify(Object.fromEntries(failures))}; events: ${JSON.stringify(Object.fromEntries(counts))}\n`,
			);
		agent.destroy();
	} finally {
		for (const child of children) child.kill("SIGKILL");
		rmSync(folder, { recursive: true, force: true });
		await removeGroup(group);
	}
}

for (const megabytes of values.memory.split(",")) for (const attack of values.attacks.split(",")) await play(attack, Number(megabytes));
process.exit(0);
