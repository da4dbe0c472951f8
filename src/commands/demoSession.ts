import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { formatProblems, loadConfig } from "../config/load.ts";
import type { DemoOptions } from "./demo.ts";
import { createDemoCertificate } from "./demoCertificate.ts";
import { demoConfig } from "./demoConfig.ts";
import { DemoEstate } from "./demoEstate.ts";
import { DemoLog } from "./demoLog.ts";
import { claimPort, freePort, portOf, preferPort } from "./demoPorts.ts";
import { welcomeText } from "./demoWelcome.ts";
import { type Process, serve } from "./run.ts";
import { isColoured } from "./terminal.ts";

/** Nodes of the versions that Portico assumes, as shipped except for the settings that WSO2 requires behind any load balancer: callbacks have the public host (`callback_url`, `app.customUrl`). */
const estateBehind = (publicOrigin: string): object => ({
	is: { version: "7.1.0", applicationOrigin: publicOrigin },
	apim: { version: "4.4.0", customUrlHeader: "X-Forwarded-Host" },
});

/** Resolves once everything runs; signals end it. @throws Error in one line if a port is in use, UsageError if one is none */
export async function runDemo(options: DemoOptions, process: Process): Promise<void> {
	const port = portOf(options.port, "--port");
	const wished = options.httpPort === undefined ? null : portOf(options.httpPort, "--http-port");
	await claimPort(port, "--port");
	if (wished !== null) await claimPort(wished, "--http-port");
	const httpPort = wished ?? (await preferPort(HTTP_PORT));
	const publicOrigin = `https://localhost${port === 443 ? "" : `:${port}`}`;
	process.out("Starting two Identity Server and two API Manager nodes ...\n");
	const { estate, description } = await DemoEstate.start(estateBehind(publicOrigin));
	const folder = await mkdtemp(join(tmpdir(), "portico-demo-"));
	const end = async () => {
		await estate.close();
		await rm(folder, { recursive: true, force: true });
	};
	try {
		const file = join(folder, "portico.yaml");
		const { cert, key } = await createDemoCertificate(Date.now());
		await writeFile(join(folder, "localhost.pem"), cert);
		await writeFile(join(folder, "localhost.key"), key, { mode: 0o600 });
		await writeFile(join(folder, "nodes.pem"), description.trust);
		const admin = `127.0.0.1:${await freePort()}`;
		const { command } = process;
		const welcome = await estate.startWelcome({ publicOrigin, admin: `http://${admin}`, command, file });
		await writeFile(file, demoConfig(publicOrigin, { port, httpPort, admin, welcome }, description));
		const load = () => loadConfig(file, process.env);
		const loaded = await load();
		if ("problems" in loaded) throw new Error(formatProblems(loaded.problems));
		await estate.command({ relyingParty: { idp: `${publicOrigin}/is-`, trust: `${cert}${description.trust}` } });
		const log = new DemoLog(loaded.plan, process.out, isColoured(process));
		const server = await serve(loaded.plan, log, process, { file, load }, end);
		if (server === null) return;
		const plainOrigin = `http://localhost${httpPort === 80 ? "" : `:${httpPort}`}`;
		process.out(welcomeText({ origin: publicOrigin, plainOrigin, admin, command, file }, description));
		log.begin();
		let turn = Promise.resolve();
		process.onLine((line) => {
			turn = turn.then(() => obey(estate, line, process));
		});
	} catch (error) {
		await end();
		throw error;
	}
}

/** Where plain http is redirected, if that is free. */
const HTTP_PORT = 8080;
const VERBS = ["kill", "stop", "freeze", "thaw", "start"];

/** A line typed while the demo runs: `start is-1`. */
async function obey(estate: DemoEstate, line: string, process: Process): Promise<void> {
	const [verb = "", node = "", ...more] = line.trim().split(/\s+/);
	if (verb === "") return;
	if (!VERBS.includes(verb) || node === "" || more.length > 0)
		return process.out(`Type one of ${VERBS.join(", ")} and a node, for example: start is-1\n`);
	try {
		await estate.command({ [verb]: node });
		const { nodes } = await estate.describe();
		const pid = nodes.find(({ name }) => name === node)?.pid ?? null;
		process.out(`${node} ${pid === null ? "is not running" : `has pid ${pid}`}\n`);
	} catch (error) {
		process.out(`${error instanceof Error ? error.message : String(error)}\n`);
	}
}
