/** Consoles and management pages: who may reach them from outside, by the file and in fact. */
import type { Check } from "../check.ts";
import { authorityOf, type DeployedService, type Deployment, decisionFor, isKnown, publicPathOf } from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { elsewhere, inPortico } from "../remedies/product.ts";
import type { Reply } from "../request.ts";

const WHY = "The consoles and SOAP services decide over every account; WSO2 asks to keep them off whatever stands before the products.";

const KINDS: Kinds<"exposed.console" | "exposed.live" | "exposed.management" | "exposed.nobody"> = {
	"exposed.console": {
		severity: "error",
		what: "The file lets everybody at a console, at SOAP services or at the health API.",
		why: WHY,
		fix: "The networks of operators under `access.restricted.allow`, and nothing wider.",
	},
	"exposed.live": {
		severity: "error",
		what: "A console answers on the public side, though the file blocks it.",
		why: `${WHY} What answers there is not Portico, or a Portico with another file.`,
		fix: "Reload Portico; look for what else listens on the public address.",
	},
	"exposed.management": {
		severity: "advice",
		what: "Management pages and APIs are open to everybody.",
		why: "They ask for a password, and that is all. Few people need them from everywhere.",
		fix: "Take them out of `access.open`; `access.restricted.allow` with the networks that need them.",
	},
	"exposed.nobody": {
		severity: "advice",
		what: "Nobody may use the restricted paths: `access.restricted.allow` is empty.",
		why: "Consoles, the publisher and management APIs answer 403 to everyone, operators included.",
		fix: "The networks of operators under `access.restricted.allow`, if they come through Portico.",
	},
};

export const exposure: Check = {
	id: "exposed",
	description:
		"The routes of the file, for a client from nowhere in particular; then `/carbon`, `/services/Version` and the health API through Portico, also in disguise.",
	requires: "a service of WSO2",
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
				`services:\n  ${service.plan.name}:\n    access:\n      restricted: { allow: [10.0.0.0/8] }    # operators alone; and out of access.open and routes:\n      # ${paths.join(", ")}`,
			),
		];
		return paths.length === 0 ? [] : [finding(KINDS, id, { service: service.plan.name, nodes: [], what, evidence, remedies })];
	};
	return [
		...tell("exposed.console", "The file lets everybody at consoles", consoles.filter(openTo)),
		...tell("exposed.management", "Management pages are open to everybody", management.filter(openTo)),
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
			what: "Nobody may use the restricted paths",
			evidence,
			remedies,
		}),
	];
}

async function inFact(doctor: DoctorSession, service: DeployedService): Promise<Finding[]> {
	const { consoles, disguises } = service.product.doctor;
	const found = [...consoles, ...disguises].map(async (path) => {
		const outside = publicPathOf(service, path);
		// Where the file lets some in, the doctor may be one of them.
		if (!disguises.includes(path) && decisionFor(doctor.deployment, authorityOf(service), outside).kind === "routed") return [];
		const { deployment } = doctor;
		const decision = decisionFor(deployment, authorityOf(service), outside);
		const allowed = decision.kind === "refused" && decision.rule === "access.restricted" && (decision.route?.plan.allow?.length ?? 0) > 0;
		return allowed ? [] : liveFindings(service, await doctor.publicPath(service, outside));
	});
	return (await Promise.all(found)).flat();
}

/** Of a path that Portico has to refuse. */
function liveFindings(service: DeployedService, reply: Reply): Finding[] {
	if (reply.kind !== "response" || reply.status >= 400 || reply.status < 200) return [];
	const evidence = [{ request: reply.request, result: `answered ${reply.status}` }];
	const remedies = [
		elsewhere("shell", "systemctl reload portico"),
		inPortico(`services:\n  ${service.plan.name}:\n    access: { block: [/carbon, /services] }`),
	];
	return [
		finding(KINDS, "exposed.live", {
			service: service.plan.name,
			nodes: [],
			what: "A console answers on the public side",
			evidence,
			remedies,
		}),
	];
}
