/** Plain http to the nodes, and what is lost by it. From the file alone. */
import type { Check } from "../check.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { inPortico } from "../remedies/product.ts";
import { isWso2, type SiteService } from "../site.ts";

const KINDS: Kinds<"transport.gateway" | "transport.servlet"> = {
	"transport.gateway": {
		severity: "warning",
		what: "API traffic goes to the gateways over plain http.",
		why: "APIs that are published for https only answer there as if they did not exist, and so does every API with mutual TLS from 4.0 on (`TRANSPORT_DENIED`); tokens go in clear.",
		mend: "`transport: https`.",
	},
	"transport.servlet": {
		severity: "warning",
		what: "Logins and consoles go to the nodes over plain http.",
		why: "Passwords and tokens go in clear, and redirects that Tomcat makes say `http://` unless its RemoteIpValve reads X-Forwarded-Proto. WSO2 advises to switch the http transport off.",
		mend: "`transport: https`.",
	},
};

export const transport: Check = {
	id: "transport",
	asks: "Nothing: it reads `transport` in the file.",
	kinds: KINDS,
	async run({ site }) {
		return site.services.filter(isWso2).flatMap(transportFindings);
	},
};

function transportFindings(service: SiteService): Finding[] {
	const plainOnes = service.members.filter(({ plan }) => plan.tls === null);
	const tell = (id: "transport.gateway" | "transport.servlet", what: string, members: typeof plainOnes): Finding[] => {
		const seen = members.map(({ plan, pool }) => ({
			asked: `${pool.kind} of ${plan.node} in portico.yaml`,
			got: `http://${plan.host}:${plan.port}`,
		}));
		const remedies = [
			inPortico(
				`services:\n  ${service.plan.name}:\n    transport: https\n    trust: tls/wso2-ca.pem`,
				"The nodes' https ports are 9443 and 8243, plus the offset; `ports` that name plain ones have to go.",
			),
		];
		return members.length === 0
			? []
			: [finding(KINDS, id, { service: service.plan.name, nodes: members.map(({ plan }) => plan.node), what, seen, remedies })];
	};
	return [
		...tell(
			"transport.gateway",
			"API traffic goes to the gateways over plain http",
			plainOnes.filter(({ pool }) => pool.kind === "gateway"),
		),
		...tell(
			"transport.servlet",
			"Logins go to the nodes over plain http",
			plainOnes.filter(({ pool }) => pool.kind === "servlet"),
		),
	];
}
