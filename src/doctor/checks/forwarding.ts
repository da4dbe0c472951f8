/** Whether a node trusts X-Forwarded-Proto: a redirect that Tomcat makes absolute shows the scheme that it assumes. */
import type { Check } from "../check.ts";
import { type DeployedMember, type DeployedService, isKnown, servletMembers } from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Evidence, type Finding, finding, type Kinds } from "../finding.ts";
import { shownUrl } from "../plainText.ts";
import { remoteIpValve } from "../remedies/server.ts";

const KINDS: Kinds<"forwarded.address" | "forwarded.scheme"> = {
	"forwarded.address": {
		severity: "advice",
		what: "A node does not trust the X-Forwarded headers, at least not from this machine.",
		why: "Its audit log and address rules see Portico's address for every client.",
		fix: "Configure Tomcat's RemoteIpValve with Portico's addresses as `internalProxies`.",
	},
	"forwarded.scheme": {
		severity: "warning",
		what: "A node that gets its requests over http does not trust X-Forwarded-Proto.",
		why: "Its redirects contain `http://`. This costs at least one more round trip, and login pages reject requests that are not https.",
		fix: "Configure Tomcat's RemoteIpValve with `protocolHeader`, or set `transport: https`.",
	},
};

export const forwarding: Check = {
	id: "forwarded",
	description: "Requests a context without its trailing slash from every node, with an X-Forwarded-Proto that contradicts the connection.",
	requires: "a WSO2 node that responds",
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
	doctor.noteSkipped("forwarded", member.plan.name, "not tested: no redirect contained the host of the request");
	return [];
}

/** @param from the address of this machine, which the node does not trust */
function forwardingFindings(service: DeployedService, { plan }: DeployedMember, from: string, evidence: readonly Evidence[]): Finding[] {
	const about = { service: service.plan.name, nodes: [plan.node], evidence, remedies: [remoteIpValve(service, from)] };
	return plan.tls === null
		? [finding(KINDS, "forwarded.scheme", { ...about, what: "The node treats requests of https clients as http" })]
		: [finding(KINDS, "forwarded.address", { ...about, what: "The node does not trust the X-Forwarded headers" })];
}
