/** Plain http to the nodes, and what is lost by it. */
import type { Check } from "../check.ts";
import { type DeployedService, isKnown } from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Finding, finding, type Kinds, type Remedy } from "../finding.ts";
import { plain } from "../plainText.ts";
import { elsewhere, inPortico } from "../remedies/product.ts";
import { shownApis } from "./gateway.ts";
import { hasPortals } from "./portals.ts";

const KINDS: Kinds<"transport.denied" | "transport.gateway" | "transport.servlet"> = {
	"transport.denied": {
		severity: "error",
		what: "An API is published for https only, and API traffic goes to the gateways over plain http.",
		why: "The gateway answers as if there were no such API (`TRANSPORT_DENIED`).",
		fix: "`transport: https`, or http too in the API's runtime configuration.",
	},
	"transport.gateway": {
		severity: "warning",
		what: "API traffic goes to the gateways over plain http.",
		why: "APIs that are published for https only answer there as if they did not exist, and so does every API with mutual TLS from 4.0 on (`TRANSPORT_DENIED`); tokens go in clear.",
		fix: "`transport: https`.",
	},
	"transport.servlet": {
		severity: "warning",
		what: "Logins and consoles go to the nodes over plain http.",
		why: "Passwords and tokens go in clear, and redirects that Tomcat makes say `http://` unless its RemoteIpValve reads X-Forwarded-Proto. WSO2 advises to switch the http transport off.",
		fix: "`transport: https`.",
	},
};

export const transport: Check = {
	id: "transport",
	description:
		"Reads `transport` in the file. Where gateways are asked over plain http: the first ten APIs that the developer portal shows to a visitor, and what they are published for.",
	requires: "a service of WSO2",
	kinds: KINDS,
	async run(doctor) {
		const services = doctor.deployment.services.filter(isKnown);
		if (services.length > 0) doctor.markInspected();
		const denied = await Promise.all(services.filter(hasPortals).map((service) => deniedFindings(doctor, service)));
		return [...denied.flat(), ...services.flatMap(transportFindings)];
	},
};

/** Each costs a request in every run: few enough that nodes do not slow down. */
const MOST_APIS = 10;

async function deniedFindings(doctor: DoctorSession, service: DeployedService): Promise<Finding[]> {
	const plainOnes = service.members.filter(({ plan, pool }) => plan.tls === null && pool.kind === "gateway");
	if (plainOnes.length === 0) return [];
	const apis = await shownApis(doctor, service, MOST_APIS);
	const denied = apis.filter(({ body }) => HTTPS_ONLY.test(body));
	if (denied.length === 0) return [];
	return [
		finding(KINDS, "transport.denied", {
			service: service.plan.name,
			nodes: plainOnes.map(({ plan }) => plan.node),
			what: "APIs are published for https only, and are asked for over plain http",
			evidence: denied.map(({ request, body }) => ({ request, result: `${nameOf(body)}: "transport": ["https"]` })),
			remedies: [
				toHttps(service),
				elsewhere("publisher, that API, Runtime, Transport Level Security", "HTTP and HTTPS", "If it may be asked for in clear."),
			],
		}),
	];
}

/** The developer portal's JSON of an API. */
const HTTPS_ONLY = /"transport"\s{0,9}:\s{0,9}\[\s{0,9}"https"\s{0,9}\]/;

function nameOf(body: string): string {
	return plain(/"name"\s{0,9}:\s{0,9}"([^"]{1,80})"/.exec(body)?.[1] ?? "an API", 80);
}

function toHttps({ plan }: DeployedService): Remedy {
	return inPortico(
		`services:\n  ${plan.name}:\n    transport: https\n    trust: tls/wso2-ca.pem`,
		"The nodes' https ports are 9443 and 8243, plus the offset; `ports` that name plain ones have to go.",
	);
}

function transportFindings(service: DeployedService): Finding[] {
	const plainOnes = service.members.filter(({ plan }) => plan.tls === null);
	const tell = (id: "transport.gateway" | "transport.servlet", what: string, members: typeof plainOnes): Finding[] => {
		const evidence = members.map(({ plan, pool }) => ({
			request: `${pool.kind} of ${plan.node} in portico.yaml`,
			result: `http://${plan.host}:${plan.port}`,
		}));
		const remedies = [toHttps(service)];
		return members.length === 0
			? []
			: [finding(KINDS, id, { service: service.plan.name, nodes: members.map(({ plan }) => plan.node), what, evidence, remedies })];
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
