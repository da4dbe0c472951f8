/** Every port of every node: whether it is open, and has the scheme of the file. */
import type { Check } from "../check.ts";
import { type DeployedMember, type DeployedService, isKnown } from "../deployment.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import type { Contact } from "../handshake.ts";
import { inPortico } from "../remedies/product.ts";
import { restartHungNode, startNode } from "../remedies/server.ts";

const KINDS: Kinds<"port.closed" | "port.silent" | "port.optional" | "port.tls"> = {
	"port.closed": {
		severity: "error",
		what: "A port of a node accepts no connections.",
		why: "Portico cannot send requests there. The member stays down until this is fixed.",
		fix: "Start the node, open the firewall, or correct `host`, `offset` and `ports` of the node.",
	},
	"port.silent": {
		severity: "error",
		what: "A port of a node accepts connections but does not begin the TLS handshake.",
		why: "The kernel accepts connections for a process that hangs or has no free thread. Every request that is sent there waits.",
		fix: "Take a thread dump of the node, then restart it. If the port does not use TLS, correct the file.",
	},
	"port.optional": {
		severity: "warning",
		what: "The WebSocket or WebSub port of an API Manager accepts no connections.",
		why: "Clients of such APIs get 503. Other traffic is not affected.",
		fix: "As for `port.closed`. A node whose profile has no gateway has neither port.",
	},
	"port.tls": {
		severity: "error",
		what: "A port that should support TLS does not, or supports only obsolete versions.",
		why: "Without a handshake, there is no traffic.",
		fix: "Correct `transport` and `ports`. TLS 1.2 is the oldest version that Portico accepts from nodes.",
	},
};

const NO_SUCH_NAME: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN"]);
const OPTIONAL = new Set(["websocket", "websub"]);

export const ports: Check = {
	id: "port",
	description: "Connects to every port of every node, with a TLS handshake if the port should support TLS.",
	requires: "a node",
	kinds: KINDS,
	async run(doctor) {
		const members = doctor.deployment.services.flatMap((service) => service.members.map((member) => ({ service, member })));
		const found = await Promise.all(
			members.map(async ({ service, member }) => portFindings(service, member, await doctor.handshakeWithMember(member))),
		);
		return found.flat();
	},
};

export function portFindings(service: DeployedService, { plan, pool }: DeployedMember, contact: Contact): Finding[] {
	if (contact.kind !== "noResponse") return [];
	const reached = contact.failed !== "connect";
	const evidence = [{ request: contact.request, result: contact.reason }];
	const about = { service: service.plan.name, nodes: [plan.name], evidence };
	if (reached && contact.timedOut) {
		const what = "The node accepts the connection but sends nothing";
		return [finding(KINDS, "port.silent", { ...about, what, remedies: [restartHungNode(service)] })];
	}
	if (reached) {
		return [
			finding(KINDS, "port.tls", {
				...about,
				what: `Port ${plan.port} does not support the TLS versions that Portico needs`,
				remedies: [
					inPortico(
						`services:\n  ${service.plan.name}:\n    transport: http    # if it is the plain port`,
						`If it is the right port: [transport.https.sslHostConfig.properties] protocols = "TLSv1.2+TLSv1.3" on the node.`,
					),
				],
			}),
		];
	}
	const kind = OPTIONAL.has(pool.kind) ? "port.optional" : "port.closed";
	return [
		finding(KINDS, kind, {
			...about,
			what: `Port ${plan.port} (${pool.kind}) accepts no connections`,
			remedies: NO_SUCH_NAME.has(contact.reason)
				? [inPortico(portLines(service, plan, pool.kind), "This machine cannot resolve that name.")]
				: [
						startNode(service),
						inPortico(
							portLines(service, plan, pool.kind),
							"If the node runs and the firewall allows Portico's host. The offset is WSO2's [server] offset.",
						),
					],
		}),
	];
}

function portLines(service: DeployedService, { node, host, tls }: DeployedMember["plan"], kind: string): string {
	const nodes = `services:\n  ${service.plan.name}:\n    nodes:\n      - `;
	const [quoted, at] = host.includes(":") ? [`"${host}"`, `[${host}]`] : [host, host];
	return isKnown(service)
		? `${nodes}{ name: ${node}, host: ${quoted}, offset: 0 }    # or ports: { ${kind}: PORT }`
		: `${nodes}{ name: ${node}, url: "${tls === null ? "http" : "https"}://${at}:PORT" }`;
}
