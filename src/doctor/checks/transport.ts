/** Plain http to the nodes, and its consequences. */
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
		what: "An API is published only for https, but API traffic goes to the gateways over plain http.",
		why: "The gateway responds as if the API did not exist (`TRANSPORT_DENIED`).",
		fix: "Set `transport: https`, or enable http in the API's runtime configuration.",
	},
	"transport.gateway": {
		severity: "warning",
		what: "API traffic goes to the gateways over plain http.",
		why: "For APIs that are published only for https, and from 4.0 on for every API with mutual TLS, the gateway responds as if they did not exist (`TRANSPORT_DENIED`). Tokens are sent unencrypted.",
		fix: "Set `transport: https`.",
	},
	"transport.servlet": {
		severity: "warning",
		what: "Logins and consoles go to the nodes over plain http.",
		why: "Passwords and tokens are sent unencrypted, and Tomcat's redirects contain `http://` unless its RemoteIpValve reads X-Forwarded-Proto. WSO2 advises disabling the http transport.",
		fix: "Set `transport: https`.",
	},
};

export const transport: Check = {
	id: "transport",
	description:
		"Reads `transport` in the file. If gateways get requests over plain http, also reads the transports of the first ten APIs that the developer portal shows to an anonymous user.",
	requires: "a WSO2 service",
	kinds: KINDS,
	async run(doctor) {
		const services = doctor.deployment.services.filter(isKnown);
		if (services.length > 0) doctor.markInspected();
		const denied = await Promise.all(services.filter(hasPortals).map((service) => deniedFindings(doctor, service)));
		return [...denied.flat(), ...services.flatMap(transportFindings)];
	},
};

/** Each costs a request in every run, so the number is small. */
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
			what: "APIs are published only for https, but get their requests over plain http",
			evidence: denied.map(({ request, body }) => ({ request, result: `${nameOf(body)}: "transport": ["https"]` })),
			remedies: [
				toHttps(service),
				elsewhere("publisher, that API, Runtime, Transport Level Security", "HTTP and HTTPS", "If unencrypted requests are acceptable."),
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
		"The nodes' https ports are 9443 and 8243, plus the offset. Remove `ports` that set plain ports.",
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
