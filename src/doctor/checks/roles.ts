/**
 * Whether the nodes of a distributed API Manager reach each other. Gateways, key managers and traffic managers call `/services` and `/internal` of the control
 * plane and its event ports. Portico serves none of that to clients, so these calls must not go through it; that can only be seen on the nodes.
 */
import type { Check } from "../check.ts";
import { type DeployedMember, type DeployedService, servletMembers } from "../deployment.ts";
import type { ManualCheck } from "../doctorSession.ts";

const WHY =
	"Portico never serves `/services`, and `/internal` only to the networks of `access.restricted.allow`. Ports 5672, 9611 and 9711 do not pass through a reverse proxy. A gateway that cannot reach the control plane deploys no APIs.";

export const roles: Check = {
	id: "roles",
	description:
		"Nothing: whether gateways and key managers reach the control plane can only be seen on them. For services with roles, the report ends with the commands to run there.",
	requires: "an operator on the gateways and key managers, who runs the commands of the report",
	kinds: {},
	async run(doctor) {
		for (const service of doctor.deployment.services) {
			const check = manualCheck(service);
			if (check !== null) doctor.addManualCheck(check);
		}
		return [];
	},
};

/** Null: no node needs a control plane, or there is none in the file. */
function manualCheck(service: DeployedService): ManualCheck | null {
	const isPlane = ({ plan }: DeployedMember): boolean => plan.roles.includes("control-plane");
	const planes = servletMembers(service).filter(isPlane);
	const callers = [...new Set(service.members.filter((member) => !isPlane(member)).map(({ plan }) => plan.node))];
	if (planes.length === 0 || callers.length === 0) return null;
	const lines = planes.flatMap(({ plan }) => {
		const host = plan.host.includes(":") ? `[${plan.host}]` : plan.host;
		const origin = `${plan.tls === null ? "http" : "https"}://${host}:${plan.port}`;
		return [
			`curl -ksS -o /dev/null -w '%{http_code}\\n' ${origin}/services/Version    # 200: the control plane itself answers`,
			`timeout 3 bash -c '</dev/tcp/${plan.host}/5672' && echo open    # events; with a port offset, 5672 plus the offset`,
		];
	});
	return {
		check: "roles",
		service: service.plan.name,
		nodes: callers,
		what: "whether it reaches the control planes at their own addresses",
		why: WHY,
		lines: lines.join("\n"),
	};
}
