import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { stringify } from "yaml";
import { formatProblems, loadConfig } from "../config/load.ts";
import { createControlLog } from "../log/control.ts";
import type { DemoOptions } from "./demo.ts";
import { createDemoCertificate } from "./demoCertificate.ts";
import { type DemoDescription, DemoEstate } from "./demoEstate.ts";
import { type Process, serve } from "./run.ts";

/** Nodes of the versions that Portico assumes, as shipped except for the settings that WSO2 requires behind any load balancer: callbacks have the public host (`callback_url`, `app.customUrl`). */
const estateBehind = (publicOrigin: string): object => ({
	is: { version: "7.1.0", applicationOrigin: publicOrigin },
	apim: { version: "4.4.0", customUrlHeader: "X-Forwarded-Host" },
});

/** Resolves once everything runs; signals end it. */
export async function runDemo(options: DemoOptions, process: Process): Promise<void> {
	const publicOrigin = `https://localhost:${options.port}`;
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
		await writeFile(file, demoConfig(publicOrigin, admin, options, description));
		const load = () => loadConfig(file, process.env);
		const loaded = await load();
		if ("problems" in loaded) throw new Error(formatProblems(loaded.problems));
		await estate.command({ relyingParty: { idp: `${publicOrigin}/is-`, trust: `${cert}${description.trust}` } });
		const log = createControlLog({ level: "info", pretty: true });
		const server = await serve(loaded.plan, log, process, { file, load }, end);
		if (server === null) return;
		process.out(welcome(publicOrigin, admin, `${process.command} %s ${file}`, file, description));
		let turn = Promise.resolve();
		process.onLine((line) => {
			turn = turn.then(() => obey(estate, line, process));
		});
	} catch (error) {
		await end();
		throw error;
	}
}

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

/** Of loopback, and free a moment ago: who asks has to find it in the file. */
function freePort(): Promise<number> {
	const { promise, resolve, reject } = Promise.withResolvers<number>();
	const server = createServer();
	server.once("error", reject);
	server.listen(0, "127.0.0.1", () => {
		const address = server.address();
		server.close(() => resolve(typeof address === "object" ? (address?.port ?? 0) : 0));
	});
	return promise;
}

/** The configuration of the demo, as one would write it. */
function demoConfig(publicOrigin: string, admin: string, options: DemoOptions, { nodes }: DemoDescription): string {
	const service = (product: "is" | "apim") => ({
		product: `wso2-${product}`,
		prefix: `/${product}-`,
		transport: "https",
		trust: "nodes.pem",
		// Without these lines the consoles are closed to all.
		access: { restricted: { allow: ["127.0.0.0/8", "::1/128"] }, restrict: ["/carbon"] },
		// Quick, so that one sees what becomes of a node that is killed or started.
		health: { check: { interval: "500ms", fastInterval: "200ms", rise: 1 }, passive: { baseTime: "1s" } },
		nodes: nodes
			.filter((node) => node.product === product)
			.map(({ name, ports }) => ({
				name,
				host: "localhost",
				ports: {
					servlet: ports.servletHttps,
					...(ports.gatewayHttps ? { gateway: ports.gatewayHttps, websocket: ports.websocketTls, websub: ports.websubTls } : {}),
				},
			})),
	});
	return stringify({
		public: publicOrigin,
		listeners: [
			{ address: `127.0.0.1:${options.port}`, tls: { certificates: [{ cert: "localhost.pem", key: "localhost.key" }] } },
			{ address: `127.0.0.1:${options.httpPort}`, redirectTo: "https" },
		],
		services: { is: service("is"), apim: service("apim") },
		accessLog: { path: "-", format: "combined" },
		admin: { address: admin },
		workers: "auto",
	});
}

/** @param command a shell command, `%s` in place of its name */
function welcome(origin: string, admin: string, command: string, file: string, { nodes, users, relyingParty }: DemoDescription): string {
	const [user] = users;
	const [first] = nodes;
	return `
Portico listens on ${origin}, with a self-signed certificate (accept it in your browser).

  Log in through an application    ${relyingParty.origin}/   as ${user?.name} / ${user?.password}
  Developer portal                 ${origin}/apim-devportal/
  Publisher                        ${origin}/apim-publisher/
  My Account                       ${origin}/is-myaccount/
  Management console               ${origin}/is-carbon/
  An API through the gateway       curl -k ${origin}/apim-echo/1.0.0/hello
  The configuration                ${file}
  Status, health, metrics          http://${admin}/api/v1/status, /readyz, /metrics

In another shell:

  ${command.replace("%s", "status")}
  ${command.replace("%s", `drain ${first?.name}`)}
  ${command.replace("%s", `enable ${first?.name}`)}
  ${command.replace("%s", "explain")} /is-samlsso
  ${command.replace("%s", "doctor")}

Nodes: ${nodes.map(({ name, pid }) => `${name} (pid ${pid})`).join(", ")}
Kill one and continue:

  kill -9 ${first?.pid}

To start it again, type here: start ${first?.name}
Ctrl-C stops everything.

`;
}
