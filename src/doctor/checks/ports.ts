/** Every port of every node: open, and of the scheme that the file says. */
import type { Check } from "../check.ts";
import { type DeployedMember, type DeployedService, isKnown } from "../deployment.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import type { Contact } from "../handshake.ts";
import { inPortico } from "../remedies/product.ts";
import { restartHungNode, startNode } from "../remedies/server.ts";

const KINDS: Kinds<"port.closed" | "port.silent" | "port.optional" | "port.tls"> = {
	"port.closed": {
		severity: "error",
		what: "A port of a node takes no connection.",
		why: "Portico can send nothing there: the member is down for as long as this lasts.",
		fix: "Start the node, open the firewall, or correct `host`, `offset` and `ports` of the node.",
	},
	"port.silent": {
		severity: "error",
		what: "A port of a node takes connections, and no handshake begins.",
		why: "The kernel takes connections for a process that stands still or has no thread left. Every request that is sent there waits.",
		fix: "Restart the node, after a dump of its threads; or the port is one that does not speak TLS.",
	},
	"port.optional": {
		severity: "warning",
		what: "The WebSocket or WebSub port of an API Manager takes no connection.",
		why: "APIs of that kind are answered with 503. The rest is not touched.",
		fix: "As for `port.closed`; a node whose profile has no gateway has neither port.",
	},
	"port.tls": {
		severity: "error",
		what: "A port that should speak TLS does not, or only versions that are no longer spoken.",
		why: "No handshake, no traffic.",
		fix: "`transport` and `ports` say which ports those are; TLS 1.2 is the oldest version spoken to nodes.",
	},
};

const NO_SUCH_NAME: ReadonlySet<string> = new Set(["ENOTFOUND", "EAI_AGAIN"]);
const OPTIONAL = new Set(["websocket", "websub"]);

export const ports: Check = {
	id: "port",
	description: "Connects to every port of every node; where it should speak TLS, a handshake.",
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
		const what = "The node takes the connection and says nothing";
		return [finding(KINDS, "port.silent", { ...about, what, remedies: [restartHungNode(service)] })];
	}
	if (reached) {
		return [
			finding(KINDS, "port.tls", {
				...about,
				what: `Port ${plan.port} does not speak the TLS that is asked of it`,
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
			what: `Port ${plan.port} (${pool.kind}) takes no connection`,
			remedies: NO_SUCH_NAME.has(contact.reason)
				? [inPortico(portLines(service, plan, pool.kind), "This machine finds no address of that name.")]
				: [
						startNode(service),
						inPortico(
							portLines(service, plan, pool.kind),
							"If the node runs and the firewall lets Portico's host through. The offset is WSO2's [server] offset.",
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
