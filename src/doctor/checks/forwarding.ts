/** Whether a node believes X-Forwarded-Proto: a redirect that Tomcat makes absolute tells which scheme it takes the request for. */
import type { Check } from "../check.ts";
import { type DeployedMember, type DeployedService, isKnown, servletMembers } from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Evidence, type Finding, finding, type Kinds } from "../finding.ts";
import { shownUrl } from "../plainText.ts";
import { remoteIpValve } from "../remedies/server.ts";

const KINDS: Kinds<"forwarded.address" | "forwarded.scheme"> = {
	"forwarded.address": {
		severity: "advice",
		what: "A node does not believe the X-Forwarded fields, at least not from this machine.",
		why: "Its audit log and rules by address see Portico's address for every client.",
		fix: "Tomcat's RemoteIpValve, with Portico's addresses as `internalProxies`.",
	},
	"forwarded.scheme": {
		severity: "warning",
		what: "A node that is asked over http does not believe X-Forwarded-Proto.",
		why: "Its redirects say `http://`: one more round trip at best, and login pages that refuse what is not https.",
		fix: "Tomcat's RemoteIpValve with `protocolHeader`, or `transport: https`.",
	},
};

export const forwarding: Check = {
	id: "forwarded",
	description: "A context without its last slash at every node, with the X-Forwarded-Proto that the connection does not have.",
	requires: "a node of WSO2 that responses",
	kinds: KINDS,
	async run(doctor) {
		const members = doctor.deployment.services
			.filter(isKnown)
			.flatMap((service) => servletMembers(service).map((member) => ({ service, member })));
		return (await Promise.all(members.map(({ service, member }) => checkMember(doctor, service, member)))).flat();
	},
};

async function checkMember(doctor: DoctorSession, service: DeployedService, member: DeployedMember): Promise<Finding[]> {
	const scheme = member.plan.tls === null ? "https" : "http";
	for (const path of service.product.doctor.redirectedContexts) {
		const reply = await doctor.member(service, member, path, [["X-Forwarded-Proto", scheme]]);
		if (reply.kind !== "response") continue;
		const location = reply.headers.get("location");
		const ownHost = location === undefined ? null : URL.parse(location);
		if (location === undefined || ownHost === null || !service.plan.hosts.includes(ownHost.host)) continue;
		const evidence = [{ request: `${reply.request} with X-Forwarded-Proto: ${scheme}`, result: `Location: ${shownUrl(location)}` }];
		return ownHost.protocol === `${scheme}:` ? [] : forwardingFindings(service, member, reply.from, evidence);
	}
	doctor.noteSkipped("forwarded", member.plan.name, "not tested: no redirect was made from the request's own host");
	return [];
}

/** @param from the address of this machine, which the node does not believe */
function forwardingFindings(service: DeployedService, { plan }: DeployedMember, from: string, evidence: readonly Evidence[]): Finding[] {
	const about = { service: service.plan.name, nodes: [plan.node], evidence, remedies: [remoteIpValve(service, from)] };
	return plan.tls === null
		? [finding(KINDS, "forwarded.scheme", { ...about, what: "The node takes requests of https clients for http" })]
		: [finding(KINDS, "forwarded.address", { ...about, what: "The node does not believe the X-Forwarded fields" })];
}
