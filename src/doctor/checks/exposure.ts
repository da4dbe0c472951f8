/** Consoles and management pages: which clients can reach them from outside, by the file and in fact. */
import type { Check } from "../check.ts";
import { authorityOf, type DeployedService, type Deployment, decisionFor, isKnown, isServed, publicPathOf } from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { elsewhere, inPortico } from "../remedies/product.ts";
import type { Reply } from "../request.ts";

const WHY = "The consoles and SOAP services control every account. WSO2 advises against exposing them through a load balancer.";

const KINDS: Kinds<"exposed.console" | "exposed.live" | "exposed.management" | "exposed.nobody"> = {
	"exposed.console": {
		severity: "error",
		what: "The file makes a console, SOAP services or the health API accessible to every client.",
		why: WHY,
		fix: "Put only the networks of operators into `access.restricted.allow`.",
	},
	"exposed.live": {
		severity: "error",
		what: "A console is publicly accessible although the file blocks it.",
		why: `${WHY} The public endpoint is not Portico, or a Portico with another file.`,
		fix: "Reload Portico. Find out whether another program listens on the public address.",
	},
	"exposed.management": {
		severity: "advice",
		what: "Management pages and APIs are accessible to every client.",
		why: "Only a password protects them. Few people need them from every network.",
		fix: "Remove them from `access.open`. Put the networks that need them into `access.restricted.allow`.",
	},
	"exposed.nobody": {
		severity: "advice",
		what: "No client may use the restricted paths: `access.restricted.allow` is empty.",
		why: "Consoles, the publisher and management APIs return 403 to every client, including operators.",
		fix: "Put the networks of operators into `access.restricted.allow`, if operators connect through Portico.",
	},
};

export const exposure: Check = {
	id: "exposed",
	description:
		"Evaluates the routes of the file for an arbitrary client address. Requests `/carbon`, `/services/Version` and the health API through Portico, also with disguised paths.",
	requires: "a WSO2 service",
	kinds: KINDS,
	async run(doctor) {
		const found = doctor.deployment.services.filter(isKnown).map(async (service) => {
			doctor.markInspected();
			const found = ruleFindings(doctor.deployment, service);
			return doctor.hasFront ? [...found, ...(await inFact(doctor, service))] : found;
		});
		return (await Promise.all(found)).flat();
	},
};

function ruleFindings(deployment: Deployment, service: DeployedService): Finding[] {
	const { consoles, management } = service.product.doctor;
	const openTo = (path: string): boolean => {
		const decision = decisionFor(deployment, authorityOf(service), publicPathOf(service, path));
		return decision.kind === "routed" && deployment.plan.pools[decision.route.plan.pool]?.kind === "servlet";
	};
	const tell = (id: "exposed.console" | "exposed.management", what: string, paths: readonly string[]): Finding[] => {
		const evidence = [{ request: "the routes of portico.yaml, as 192.0.2.1", result: `served: ${paths.join(", ")}` }];
		const remedies = [
			inPortico(
				`services:\n  ${service.plan.name}:\n    access:\n      restricted: { allow: [10.0.0.0/8] }    # only operators; and remove from access.open and routes:\n      # ${paths.join(", ")}`,
			),
		];
		return paths.length === 0 ? [] : [finding(KINDS, id, { service: service.plan.name, nodes: [], what, evidence, remedies })];
	};
	return [
		...tell("exposed.console", "The file makes consoles accessible to every client", consoles.filter(openTo)),
		...tell("exposed.management", "Management pages are accessible to every client", management.filter(openTo)),
		...nobodyFindings(deployment, service),
	];
}

function nobodyFindings({ plan }: Deployment, service: DeployedService): Finding[] {
	const restricted = plan.routes.filter((route) => plan.services[route.service] === service.plan && route.access === "restricted");
	if (restricted.length === 0 || restricted.some(({ allow }) => allow !== null && allow.length > 0)) return [];
	const evidence = [{ request: `access of ${service.plan.name} in portico.yaml`, result: "restricted.allow is empty" }];
	const remedies = [inPortico(`services:\n  ${service.plan.name}:\n    access: { restricted: { allow: [10.0.0.0/8] } }`)];
	return [
		finding(KINDS, "exposed.nobody", {
			service: service.plan.name,
			nodes: [],
			what: "No client may use the restricted paths",
			evidence,
			remedies,
		}),
	];
}

async function inFact(doctor: DoctorSession, service: DeployedService): Promise<Finding[]> {
	const { consoles, disguises } = service.product.doctor;
	const found = [...consoles, ...disguises].map(async (path) => {
		const outside = publicPathOf(service, path);
		// If the file allows some networks, the doctor may be in one of them.
		if (!disguises.includes(path) && decisionFor(doctor.deployment, authorityOf(service), outside).kind === "routed") return [];
		const { deployment } = doctor;
		const decision = decisionFor(deployment, authorityOf(service), outside);
		const allowed = decision.kind === "refused" && isServed(decision) && (decision.route?.plan.allow?.length ?? 0) > 0;
		return allowed ? [] : liveFindings(service, await doctor.publicPath(service, outside));
	});
	return (await Promise.all(found)).flat();
}

/** Findings for a path that Portico must refuse. */
function liveFindings(service: DeployedService, reply: Reply): Finding[] {
	if (reply.kind !== "response" || reply.status >= 400 || reply.status < 200) return [];
	const evidence = [{ request: reply.request, result: `returned ${reply.status}` }];
	const remedies = [
		elsewhere("shell", "systemctl reload portico"),
		inPortico(`services:\n  ${service.plan.name}:\n    access: { block: [/carbon, /services] }`),
	];
	return [
		finding(KINDS, "exposed.live", {
			service: service.plan.name,
			nodes: [],
			what: "A console is publicly accessible",
			evidence,
			remedies,
		}),
	];
}
