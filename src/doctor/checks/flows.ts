/** Whether a login that begins at one node can go on at the next: `/logincontext` tells whether a node knows a login under way. */
import type { Check } from "../check.ts";
import type { DoctorSession } from "../examination.ts";
import { type Evidence, type Finding, finding, type Kinds } from "../finding.ts";
import { temporaryData } from "../remedies/server.ts";
import { isKnown, type SiteMember, type SiteService, servletMembers } from "../site.ts";
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
	requires: "two nodes of a WSO2 service that answer",
	kinds: KINDS,
	async run(examination) {
		const found = await Promise.all(examination.site.services.filter(isKnown).map((service) => examine(examination, service)));
		return found.flat();
	},
};

async function examine(examination: DoctorSession, service: SiteService): Promise<Finding[]> {
	const [first, ...others] = servletMembers(service);
	if (first === undefined || others.length === 0) return [];
	const about = `${first.plan.node} and ${others.map(({ plan }) => plan.node).join(", ")}`;
	const untested = (reason: string): Finding[] => {
		examination.note("flow", about, `not tested: ${reason}`);
		return [];
	};
	const key = await beginLogin(examination, service, first);
	if (key === null) return untested("no login could be begun without an account");
	const path = contextPath(key);
	if ((await knowsLogin(examination, service, first, path)) !== true)
		return untested(`/logincontext of ${first.plan.node} does not know its own login`);
	if ((await knowsLogin(examination, service, first, contextPath("portico-doctor-none"))) !== false)
		return untested("/logincontext does not tell logins apart");
	const found = others.map(async (other) => {
		const { node } = other.plan;
		const known = await knowsLogin(examination, service, other, path);
		if (known === null) return untested(`${node} did not answer`);
		const seen = [{ asked: `a login begun at ${first.plan.node}, then /logincontext of ${node}`, got: "not known there" }];
		return known ? [] : [flowFinding(service, [first.plan.node, node], seen)];
	});
	return (await Promise.all(found)).flat();
}

function flowFinding(service: SiteService, nodes: readonly string[], seen: readonly Evidence[]): Finding {
	return finding(KINDS, "flow.local", {
		service: service.plan.name,
		nodes,
		what: "A login under way is known to its first node alone",
		seen,
		remedies: [temporaryData(service)],
	});
}

function contextPath(key: string): string {
	return `/logincontext?${new URLSearchParams({ sessionDataKey: key, relyingParty: "portico-doctor", tenantDomain: "carbon.super" })}`;
}

/** The login's key, from the redirect to the login page. */
async function beginLogin(examination: DoctorSession, service: SiteService, member: SiteMember): Promise<string | null> {
	const paths = applicationsOf(service)
		.slice(0, 1)
		.flatMap((application) => authorizePaths(service, application));
	if (portalsOf(service).includes("devportal")) {
		const location = URL.parse(await locationOf(examination, service, member, "/devportal/services/auth/login"));
		if (location !== null) paths.push(location.pathname.replace(/^.*(?=\/oauth2\/)/, "") + location.search);
	}
	for (const path of paths) {
		const page = await locationOf(examination, service, member, path);
		const key = URL.parse(page, "https://relative.invalid")?.searchParams.get(service.plan.logins.keys[0] ?? "") ?? null;
		if (key !== null) return key;
	}
	return null;
}

async function locationOf(examination: DoctorSession, service: SiteService, member: SiteMember, path: string): Promise<string> {
	const reply = await examination.member(service, member, path);
	return reply.kind === "answer" ? (reply.headers.get("location") ?? "") : "";
}

/** Null: its answer does not say. */
async function knowsLogin(examination: DoctorSession, service: SiteService, member: SiteMember, path: string): Promise<boolean | null> {
	const reply = await examination.member(service, member, path);
	if (reply.kind !== "answer" || reply.status !== 200) return null;
	const status = /"status"\s{0,9}:\s{0,9}"(\w{1,20})"/.exec(reply.body)?.[1];
	return status === undefined ? null : status === "success";
}
