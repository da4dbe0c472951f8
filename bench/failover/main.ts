/** The same fault behind each proxy, one after the other: see README.md, section Failover. */

import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { loadavg, tmpdir } from "node:os";
import { join, relative } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { killAll, stopAll } from "../children.ts";
import { staleBuild } from "../peers/portico.ts";
import { missingCommand } from "../peers/versions.ts";
import { systemLines } from "../report/machine.ts";
import { makeCertificate } from "../scene.ts";
import type { Pace } from "./act.ts";
import { Clients } from "./load/clients.ts";
import { type Options, readOptions } from "./options.ts";
import { startNodeOrigin } from "./origin/nodeOrigin.ts";
import type { Origin } from "./origin/origin.ts";
import { startTomcatOrigin } from "./origin/tomcatOrigin.ts";
import { failoverPage } from "./page.ts";
import { PLAIN_PACE, type PlainStay, plainStay } from "./plain/act.ts";
import { plainNodes } from "./plain/nodes.ts";
import { PLAIN_PROXIES, type PlainProxy, plainPorticoFrom } from "./plain/proxies.ts";
import { apache, apacheWithChecks } from "./proxies/apache.ts";
import { haproxy, haproxyRetrying } from "./proxies/haproxy.ts";
import { nginx } from "./proxies/nginx.ts";
import { portico, startPortico } from "./proxies/portico.ts";
import type { Proxy } from "./proxies/proxy.ts";
import { type Stay, stay } from "./stay.ts";

const known: readonly Proxy[] = [portico, haproxyRetrying, haproxy, nginx, apache, apacheWithChecks];
const here = fileURLToPath(new URL("..", import.meta.url));
const PACE: Pace = { steady: 1000, blow: { kill: 5000, freeze: 10_000, term: 5000 }, spread: 10_000, after: 2000 };

const WARM_UP = 4000;
/** Load average above which the page warns. */
const BUSY = 1;

const cleanUps: (() => void | Promise<void>)[] = [];

function say(line: string): void {
	process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
	const options = readOptions(process.argv.slice(2), [...new Set([...known, ...PLAIN_PROXIES].map(({ name }) => name))], here);
	if (typeof options === "string") {
		process.stdout.write(options);
		return;
	}
	const absent: [string, string][] = [];
	const proxies = present(
		known.map((proxy) => (proxy === portico ? porticoFrom(options.portico) : proxy)),
		options,
		absent,
	);
	const plainProxies = present(
		PLAIN_PROXIES.map((proxy) => plainPorticoFrom(proxy, options.portico)),
		options,
		absent,
	);
	for (const [name, reason] of absent) say(`!!! ${name} is LEFT OUT: ${reason}`);
	const stale = options.portico === null ? staleBuild() : null;
	if (stale !== null) say(`!!! ${stale}`);
	const dir = mkdtempSync(join(tmpdir(), "portico-failover-"));
	chmodSync(dir, 0o755);
	process.on("exit", () => {
		killAll();
		rmSync(dir, { recursive: true, force: true });
	});
	const [load = 0] = loadavg();
	const machine = [...systemLines(), `Load average at the start: ${load.toFixed(2)}`];
	try {
		const plainStays = options.plainActs.length === 0 ? [] : await playPlainRounds(plainProxies, dir, options);
		const { origin, stays } = options.acts.length === 0 ? { origin: null, stays: [] } : await playSessions(proxies, dir, options);
		const page = join(options.out, `${options.name}.md`);
		const command = ["npm run bench:failover", ...(process.argv.length > 2 ? ["--", ...process.argv.slice(2)] : [])].join(" ");
		const date = new Date().toISOString().slice(0, 10);
		const { rounds } = options;
		const busy = load > BUSY ? `the load average was ${load.toFixed(1)} at the start: other programs were at work.` : null;
		const warnings = [stale, busy].filter((warning) => warning !== null);
		writeFileSync(
			page,
			failoverPage({
				proxies: options.acts.length === 0 ? [] : proxies,
				absent,
				stays,
				plainProxies,
				plainStays,
				origin,
				pace: PACE,
				rounds,
				machine,
				warnings,
				date,
				command,
			}),
		);
		say(`\nwritten: ${relative(process.cwd(), page)}`);
	} finally {
		await stopAll();
		for (const cleanUp of cleanUps.reverse()) await cleanUp();
	}
}

/** Those that were chosen and can run here. */
function present<P extends Proxy | PlainProxy>(all: readonly P[], options: Options, absent: [string, string][]): P[] {
	return all
		.filter(({ name }) => options.proxies.includes(name))
		.filter((proxy) => {
			const missing = proxy.missing();
			if (missing !== null && !absent.some(([name]) => name === proxy.name)) absent.push([proxy.name, missing]);
			return missing === null;
		});
}

function porticoFrom(cli: string | null): Proxy {
	return cli === null ? portico : { ...portico, missing: () => null, start: (site) => startPortico(site, cli) };
}

async function playSessions(
	proxies: readonly Proxy[],
	dir: string,
	options: Options,
): Promise<{ readonly origin: string; readonly stays: Stay[] }> {
	const origin = await startOrigin(options.origin);
	say(`behind all: ${origin.description}`);
	await warmUp(origin);
	return { origin: origin.description, stays: await playRounds(proxies, origin, dir, options) };
}

function startOrigin(kind: Options["origin"]): Promise<Origin> {
	const tools = ["taskset", "setpriv", ...(kind === "tomcat" ? ["java"] : [])];
	const missing = tools.map(missingCommand).filter((problem) => problem !== null);
	if (missing.length > 0) throw new Error(missing.join("; "));
	const scope = { after: (cleanUp: () => void | Promise<void>) => void cleanUps.push(cleanUp) };
	return kind === "tomcat" ? startTomcatOrigin(scope) : startNodeOrigin(scope);
}

/** The first proxy should not meet colder nodes than the last one. */
async function warmUp({ nodes }: Origin): Promise<void> {
	const clients = nodes.map(({ port }) => new Clients(port));
	await sleep(WARM_UP);
	await Promise.all(clients.map((each) => each.stop()));
}

/** Each round begins with another proxy, so that what one leaves behind in the nodes does not always meet the same other one. */
async function playRounds(proxies: readonly Proxy[], origin: Origin, dir: string, options: Options): Promise<Stay[]> {
	const stays: Stay[] = [];
	for (let round = 0; round < options.rounds; round++) {
		for (let turn = 0; turn < proxies.length; turn++) {
			const proxy = proxies[(turn + round) % proxies.length];
			if (proxy === undefined) continue;
			for (const act of options.acts) {
				const result = await stay(proxy, act, origin, join(dir, `${proxy.name}-${act}-${round}`), PACE);
				stays.push(result);
				say(`${round + 1}/${options.rounds} ${summary(result)}`);
			}
		}
	}
	return stays;
}

async function playPlainRounds(proxies: readonly PlainProxy[], dir: string, options: Options): Promise<PlainStay[]> {
	const nodes = await plainNodes({ after: (cleanUp: () => void | Promise<void>) => void cleanUps.push(cleanUp) });
	const certificate = makeCertificate(dir);
	const stays: PlainStay[] = [];
	for (let round = 0; round < options.rounds; round++) {
		for (let turn = 0; turn < proxies.length; turn++) {
			const proxy = proxies[(turn + round) % proxies.length];
			if (proxy === undefined) continue;
			for (const act of options.plainActs) {
				const stay = await plainStay(proxy, act, nodes, certificate, join(dir, `${proxy.name}-${act}-${round}`), PLAIN_PACE[act]);
				stays.push(stay);
				const { figures, broken } = stay;
				const found = figures === null ? `BROKE OFF: ${broken}` : `${figures.failed} of ${figures.sent} failed`;
				say(`${round + 1}/${options.rounds} ${proxy.name} ${act}: ${found}`);
			}
		}
	}
	await Promise.all(nodes.map((node) => node.kill()));
	return stays;
}

function summary({ proxy, act, result, broken }: Stay): string {
	if (result === null) return `${proxy} ${act} BROKE OFF: ${broken}`;
	const { blow, recovery, spread } = result;
	const troubles = `${blow.failed} failed, ${blow.slow} slow, detected in ${blow.detected.toFixed(0)} ms`;
	return `${proxy} ${act}: ${troubles}; after it ${recovery.failed} failed, share again in ${spread.toFixed(0)} ms`;
}

process.once("SIGINT", () => process.exit(130));
process.once("SIGTERM", () => process.exit(143));
main().catch((error: unknown) => {
	process.stderr.write(`bench:failover: ${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
