/**
 * What the chaos goes on in: Portico, built, with two services of two nodes each that are broken from
 * outside, and one whose nodes answer badly.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { stringify } from "yaml";
import { TestAuthority } from "../harness/certs.ts";
import type { Scope } from "../harness/deadline.ts";
import { requestText } from "../harness/message.ts";
import { type Portico, startPortico } from "../harness/portico.ts";
import { freePorts } from "../harness/ports.ts";
import { exchange } from "../harness/rawClient.ts";
import { WITH_SABOTAGE } from "../plays/threads/audit.ts";
import { ChaosNode } from "./nodes.ts";
import { NODES, type ServiceName } from "./plan.ts";

const WORKERS = 2;
export const ACCESS_LOG = "access.log";
/** Milliseconds that anything may take on a machine that others keep busy too. */
export const PATIENCE = 60_000;
/** Of itself: an operator's address, from which no attack comes. */
const OPERATOR = "127.0.0.1";

export interface ChaosStage {
	readonly portico: Portico;
	readonly ports: Ports;
	readonly authority: TestAuthority;
	readonly config: Record<string, unknown>;
	readonly nodes: Readonly<Record<ServiceName, readonly ChaosNode[]>>;
}

export interface Ports {
	readonly plain: number;
	readonly tls: number;
	readonly admin: number;
}

const HEALTH = {
	check: { path: "/health", interval: "500ms", fastInterval: "250ms", downInterval: "300ms", timeout: "4s", fall: 3 },
	passive: { connect: 3, timeout: 3, broken: 5, baseTime: "1s" },
};

export async function openChaosStage(scope: Scope, onSmuggled: (request: string) => void): Promise<ChaosStage> {
	const authority = await TestAuthority.create();
	const { cert, key } = await authority.issue();
	const nodesOf = async (service: string): Promise<ChaosNode[]> => {
		const ports = await freePorts(NODES);
		const nodes = ports.map((port, index) => new ChaosNode(scope, `${service}-${index + 1}`, port, onSmuggled));
		await Promise.all(nodes.map((node) => node.start()));
		return nodes;
	};
	const [app, is, bad] = [await nodesOf("app"), await nodesOf("is"), await nodesOf("bad")];
	const urls = (nodes: readonly ChaosNode[]) => nodes.map(({ name, port }) => ({ name, url: `http://127.0.0.1:${port}` }));
	const config = {
		public: "https://localhost",
		listeners: [{ address: "127.0.0.1:0" }, { address: "127.0.0.1:0", tls: { certificates: [{ cert: "sso.pem", key: "sso.key" }] } }],
		services: {
			app: {
				product: "http",
				routes: [{ path: "/app" }],
				nodes: urls(app),
				affinity: { mode: "cookie" },
				health: HEALTH,
				balance: { slowStart: "off" },
			},
			is: {
				product: "wso2-is",
				prefix: "/is-",
				transport: "http",
				nodes: is.map(({ name, port }) => ({ name, host: "127.0.0.1", ports: { servlet: port } })),
				health: HEALTH,
				balance: { slowStart: "off" },
			},
			bad: { product: "http", routes: [{ path: "/bad" }], nodes: urls(bad), rewriteBodies: true },
		},
		accessLog: { path: ACCESS_LOG, format: "json" },
		admin: { address: "127.0.0.1:0" },
		// Short, so that all of them pass while it runs.
		timeouts: {
			requestHead: "5s",
			bodyIdle: "4s",
			keepAlive: "10s",
			clientWrite: "8s",
			firstByte: "60s",
			upstreamIdle: "8s",
			tunnelIdle: "10s",
		},
		workers: WORKERS,
	};
	const portico = await startPortico(scope, config, { ...WITH_SABOTAGE, files: { "sso.pem": cert, "sso.key": key } });
	const [plain = 0, tls = 0] = portico.ports;
	const admin = Number(
		String(portico.log.find(({ msg }) => msg === "ready")?.admin)
			.split(":")
			.at(-1),
	);
	return { portico, ports: { plain, tls, admin }, authority, config, nodes: { app, is } };
}

/** Writes the configuration as it is now, or a text in its place. */
export function writeConfig({ portico, config }: ChaosStage, text = stringify(config)): void {
	writeFileSync(join(portico.folder, "portico.yaml"), text);
}

/** The name of the member that a node is in its service. */
export function memberName(service: ServiceName, node: ChaosNode): string {
	return `${node.name}/${service === "is" ? "servlet" : "http"}`;
}

/** One request at the admin server; its JSON. @throws for anything but 200 */
export async function administer({ ports }: ChaosStage, path: string, change?: object): Promise<Record<string, unknown>> {
	const scope: Scope = { after: () => undefined };
	const fields = change === undefined ? [] : ["Content-Type: application/json"];
	const body = change === undefined ? {} : { body: JSON.stringify(change) };
	const request = requestText(change === undefined ? "GET" : "PATCH", path, { fields, ...body });
	const response = await exchange(scope, ports.admin, request, { localAddress: OPERATOR, connectWithin: PATIENCE });
	const text = response.body.toString();
	if (response.status !== 200) throw new Error(`${path}: ${response.status} ${text}`);
	return JSON.parse(text) as Record<string, unknown>;
}
