/** Whether a login that begins at one node can go on at the next: `/logincontext` tells whether a node knows a login under way. */
import type { Check } from "../check.ts";
import { type DeployedMember, type DeployedService, isKnown, servletMembersWith } from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Evidence, type Finding, finding, type Kinds } from "../finding.ts";
import { temporaryData } from "../remedies/server.ts";
import { applicationsOf, authorizePaths } from "./callbacks.ts";
import { portalsOf } from "./portals.ts";

const KINDS: Kinds<"flow.local"> = {
	"flow.local": {
		severity: "warning",
		what: "A login under way is known to the node alone that began it.",
		why: "Some of its steps come without a cookie, or at a node that took over: the login fails with an error page.",
		fix: "`persist_temporary_data` on all nodes.",
	},
};

export const flows: Check = {
	id: "flow",
	description:
		"Begins a login at one node (as My Account, or a portal) and asks `/logincontext` of the others about it. Nothing is filled in.",
	requires: "two nodes of a WSO2 service that response",
	kinds: KINDS,
	async run(doctor) {
		const found = await Promise.all(doctor.deployment.services.filter(isKnown).map((service) => checkService(doctor, service)));
		return found.flat();
	},
};

async function checkService(doctor: DoctorSession, service: DeployedService): Promise<Finding[]> {
	const [first, ...others] = servletMembersWith(doctor.deployment, service, "/logincontext");
	if (first === undefined || others.length === 0) return [];
	const about = `${first.plan.node} and ${others.map(({ plan }) => plan.node).join(", ")}`;
	const untested = (reason: string): Finding[] => {
		doctor.noteSkipped("flow", about, `not tested: ${reason}`);
		return [];
	};
	const key = await beginLogin(doctor, service, first);
	if (key === null) return untested("no login could be begun without an account");
	const path = contextPath(key);
	if ((await knowsLogin(doctor, service, first, path)) !== true)
		return untested(`/logincontext of ${first.plan.node} does not know its own login`);
	if ((await knowsLogin(doctor, service, first, contextPath("portico-doctor-none"))) !== false)
		return untested("/logincontext does not tell logins apart");
	const found = others.map(async (other) => {
		const { node } = other.plan;
		const known = await knowsLogin(doctor, service, other, path);
		if (known === null) return untested(`${node} did not answer`);
		const evidence = [{ request: `a login begun at ${first.plan.node}, then /logincontext of ${node}`, result: "not known there" }];
		return known ? [] : [flowFinding(service, [first.plan.node, node], evidence)];
	});
	return (await Promise.all(found)).flat();
}

function flowFinding(service: DeployedService, nodes: readonly string[], evidence: readonly Evidence[]): Finding {
	return finding(KINDS, "flow.local", {
		service: service.plan.name,
		nodes,
		what: "A login under way is known to its first node alone",
		evidence,
		remedies: [temporaryData(service)],
	});
}

function contextPath(key: string): string {
	return `/logincontext?${new URLSearchParams({ sessionDataKey: key, relyingParty: "portico-doctor", tenantDomain: "carbon.super" })}`;
}

/** The login's key, from the redirect to the login page. */
async function beginLogin(doctor: DoctorSession, service: DeployedService, member: DeployedMember): Promise<string | null> {
	const paths = applicationsOf(service)
		.slice(0, 1)
		.flatMap((application) => authorizePaths(service, application));
	if (portalsOf(service).includes("devportal")) {
		const location = URL.parse(await locationOf(doctor, service, member, "/devportal/services/auth/login"));
		if (location !== null) paths.push(location.pathname.replace(/^.*(?=\/oauth2\/)/, "") + location.search);
	}
	for (const path of paths) {
		const page = await locationOf(doctor, service, member, path);
		const key = URL.parse(page, "https://relative.invalid")?.searchParams.get(service.plan.logins.keys[0] ?? "") ?? null;
		if (key !== null) return key;
	}
	return null;
}

async function locationOf(doctor: DoctorSession, service: DeployedService, member: DeployedMember, path: string): Promise<string> {
	const reply = await doctor.member(service, member, path);
	return reply.kind === "response" ? (reply.headers.get("location") ?? "") : "";
}

/** Null: its response does not say. */
async function knowsLogin(doctor: DoctorSession, service: DeployedService, member: DeployedMember, path: string): Promise<boolean | null> {
	const reply = await doctor.member(service, member, path);
	if (reply.kind !== "response" || reply.status !== 200) return null;
	const status = /"status"\s{0,9}:\s{0,9}"(\w{1,20})"/.exec(reply.body)?.[1];
	return status === undefined ? null : status === "success";
}
