/** The result of Portico's own health check, sent once. */

import { bodyTest, judge } from "../../health/judge.ts";
import type { HttpProbe } from "../../plan/health.ts";
import type { Check } from "../check.ts";
import type { DeployedMember, DeployedService } from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { elsewhere, inPortico } from "../remedies/product.ts";
import { restartHungNode } from "../remedies/server.ts";
import type { Reply } from "../request.ts";

const KINDS: Kinds<"health.silent" | "health.failing" | "health.absent"> = {
	"health.silent": {
		severity: "error",
		what: "A node accepts the connection but does not respond to its health check.",
		why: "All of its threads are busy, or it hangs. Portico sends it no traffic once its checks have failed. Without checks, requests wait there.",
		fix: "Take a thread dump of the node, then restart it.",
	},
	"health.failing": {
		severity: "error",
		what: "A node responds, but reports that it is unhealthy.",
		why: "Portico sends it no traffic until its check passes.",
		fix: "Fix what the node's response and its log name: data sources, user stores, APIs that are not deployed.",
	},
	"health.absent": {
		severity: "warning",
		what: "A node has none of the endpoints that its health check requests.",
		why: "The member never comes up, although it may work.",
		fix: "Set a `check` of the service with an endpoint that the node has.",
	},
};

export const health: Check = {
	id: "health",
	description: "Sends the health check of every member once, as the preset and the file configure it.",
	requires: "a node that responds",
	kinds: KINDS,
	async run(doctor) {
		const members = doctor.deployment.services.flatMap((service) => service.members.map((member) => ({ service, member })));
		const found = await Promise.all(members.map(({ service, member }) => checkMember(doctor, service, member)));
		return found.flat();
	},
};

interface Probed {
	readonly probe: HttpProbe;
	readonly reply: Reply;
}

async function checkMember(doctor: DoctorSession, service: DeployedService, member: DeployedMember): Promise<Finding[]> {
	const probed: Probed[] = [];
	for (const probe of member.pool.health.check?.probes ?? []) {
		if (probe.kind !== "http" || probe.via !== null || probe.method !== "GET") continue;
		const reply = await doctor.member(service, member, probe.path);
		probed.push({ probe, reply });
		if (reply.kind === "response" && !probe.absentOn.includes(reply.status)) break;
	}
	return healthFindings(service, member, probed);
}

export function healthFindings(service: DeployedService, { plan, pool }: DeployedMember, probed: readonly Probed[]): Finding[] {
	const about = { service: service.plan.name, nodes: [plan.name] };
	const unresponsive = probed.flatMap(({ reply }) => (reply.kind === "noResponse" && reply.failed === "response" ? [reply] : []));
	if (unresponsive.length > 0) {
		const evidence = unresponsive.map(({ request, reason }) => ({ request, result: reason }));
		const what = "The node accepts the connection but does not respond to its health check";
		return [finding(KINDS, "health.silent", { ...about, what, evidence, remedies: [restartHungNode(service)] })];
	}
	const outcomes = probed.flatMap(({ probe, reply }) => {
		if (reply.kind !== "response") return [];
		const { status, body } = reply;
		const response = { status, body: body.slice(0, probe.bodyBytes), error: null, cause: null, duration: 0 };
		const test = probe.body === null ? null : bodyTest(probe.body);
		return [{ reply, ...judge(probe, response, test, pool.health.check?.drainOn ?? [], false) }];
	});
	// A port that accepts no connection is reported by another check.
	const last = outcomes.at(-1);
	if (last === undefined || last.verdict === "pass" || last.verdict === "drain" || outcomes.length < probed.length) return [];
	const evidence = outcomes.map(({ reply, detail }) => ({ request: reply.request, result: detail }));
	if (last.verdict === "fail")
		return [
			finding(KINDS, "health.failing", {
				...about,
				what: "The node reports that it is unhealthy",
				evidence,
				remedies: [elsewhere("the node's log", "repository/logs/wso2carbon.log")],
			}),
		];
	if (pool.health.check?.onAbsent === "gate") return [];
	const remedies = [
		inPortico(
			`services:\n  ${service.plan.name}:\n    health: { check: { path: /carbon/admin/login.jsp } }`,
			"Any path that returns 200 if the node works.",
		),
	];
	return [
		finding(KINDS, "health.absent", { ...about, what: "The node has no endpoint that its health check requests", evidence, remedies }),
	];
}
