/** What the chaos does to nodes and as an operator. Each waits until it is mended. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TLSSocket } from "node:tls";
import type { Scope } from "../harness/deadline.ts";
import { connectRaw } from "../harness/rawClient.ts";
import { sabotage } from "../plays/threads/audit.ts";
import { until } from "../plays/tomcat/steadyLoad.ts";
import type { ControlLog } from "./controlLog.ts";
import type { NodeFault, Operation, ServiceName } from "./plan.ts";
import { administer, type ChaosStage, memberName, PATIENCE, writeConfig } from "./stage.ts";
import type { ChaosWeather } from "./weather.ts";

/** What a slow node takes longer for each page, in milliseconds. */
const SLOW = 700;
/** Milliseconds that a node gets to serve again. */
const MENDED_WITHIN = 120_000;
const OWN: Scope = { after: () => undefined };

export async function breakNode(
	stage: ChaosStage,
	weather: ChaosWeather,
	{ service, node: index, fault, lasts }: NodeFault,
): Promise<void> {
	const node = stage.nodes[service][index];
	if (node === undefined) throw new Error(`${service} has no node ${index}`);
	// On a busy machine the other one may just have failed its checks.
	await untilServing(stage, service);
	const pause = async (): Promise<void> => {
		await new Promise((resolve) => setTimeout(resolve, lasts));
	};
	const change = async (body: object) => administer(stage, `/api/v1/nodes/${node.name}`, body);
	// A node that is slow, or gets no new clients, keeps those that it has.
	const calm = fault === "slow" || fault === "drain" ? () => undefined : weather.disturbing(node.name);
	switch (fault) {
		case "kill":
			await node.kill();
			await pause();
			await node.start();
			break;
		case "freeze":
			node.freeze();
			await pause();
			node.thaw();
			break;
		case "slow":
			node.slow(SLOW);
			await pause();
			node.slow(0);
			break;
		case "refuse":
			node.refuse();
			await pause();
			await node.listen();
			break;
		case "drain":
		case "hard drain":
			await change({ drain: fault === "drain" ? "soft" : "hard" });
			await pause();
			await change({ adminState: "enabled" });
	}
	await untilServing(stage, service);
	calm();
}

/** Waits until all nodes of the service may get requests. */
async function untilServing(stage: ChaosStage, service: ServiceName): Promise<void> {
	for (const node of stage.nodes[service]) {
		const path = `/api/v1/members/${encodeURIComponent(memberName(service, node))}`;
		let seen: Record<string, unknown> = {};
		await until(
			async () => {
				seen = await administer(stage, path);
				return seen.eligible === true;
			},
			() => `${node.name} to serve; it is ${JSON.stringify(seen)}`,
			MENDED_WITHIN,
		);
	}
}

export async function operate(
	stage: ChaosStage,
	log: ControlLog,
	weather: ChaosWeather,
	operation: Operation,
	number: number,
): Promise<void> {
	switch (operation) {
		case "reload":
			stage.config.responseHeaders = { "X-Chaos": String(number) };
			writeConfig(stage);
			return reload(stage, log, "config_reloaded");
		case "invalid reload":
			writeConfig(stage, number % 2 === 0 ? "public: [" : "public: https://localhost\nlisteners: []\nunknown: 1\n");
			await reload(stage, log, "config_refused");
			return writeConfig(stage);
		case "certificate":
			return changeCertificate(stage, log);
		case "kill a worker": {
			const calm = weather.killingWorker();
			const replaced = log.next(({ msg }) => msg === "worker_replaced", "the worker's replacement", PATIENCE);
			await Promise.all([sabotage(OWN, stage.ports.plain, PATIENCE), replaced]);
			return calm();
		}
	}
}

async function reload({ portico }: ChaosStage, log: ControlLog, expected: string): Promise<void> {
	const outcome = log.next(({ msg }) => msg === "config_reloaded" || msg === "config_refused", "the outcome of a reload", PATIENCE);
	portico.signal("SIGHUP");
	const line = await outcome;
	if (line.msg !== expected) throw new Error(`the reload ended with ${JSON.stringify(line)}`);
}

async function changeCertificate(stage: ChaosStage, log: ControlLog): Promise<void> {
	const { cert, key } = await stage.authority.issue();
	writeFileSync(join(stage.portico.folder, "sso.pem"), cert);
	writeFileSync(join(stage.portico.folder, "sso.key"), key);
	const before = await presented(stage);
	await reload(stage, log, "config_reloaded");
	if ((await presented(stage)) === before) throw new Error("the old certificate is presented after the reload");
}

/** The fingerprint of the certificate that clients get. */
async function presented({ ports, authority }: ChaosStage): Promise<string> {
	const client = await connectRaw(OWN, ports.tls, { connectWithin: PATIENCE, tls: { ca: authority.cert, servername: "localhost" } });
	const { fingerprint256 } = (client.socket as TLSSocket).getPeerCertificate();
	client.destroy();
	return fingerprint256;
}
