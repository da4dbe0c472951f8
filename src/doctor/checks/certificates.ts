/** The certificates of the nodes, verified as for traffic. */
import type { MemberTlsPlan } from "../../plan/member.ts";
import type { Check } from "../check.ts";
import type { DeployedMember, DeployedService } from "../deployment.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import type { Contact, Handshake } from "../handshake.ts";
import { plain } from "../plainText.ts";
import { nodeCertificate, trust } from "../remedies/server.ts";
import { DAY, daysLeft, EXPIRED, SOON_DAYS, WRONG_NAME } from "../validity.ts";

type Id = "expired" | "expiring" | "name" | "untrusted" | "pin" | "unverified";

const REFUSED = "Portico refuses the connection (`tls_certificate_error`), so the member gets no traffic.";

const KINDS: Kinds<`certificate.${Id}`> = {
	"certificate.expired": {
		severity: "error",
		what: "A node's certificate has expired, or is not valid yet.",
		why: REFUSED,
		fix: "Put a new certificate into the node's keystore.",
	},
	"certificate.expiring": {
		severity: "warning",
		what: `A node's certificate expires within ${SOON_DAYS} days.`,
		why: "From then on, Portico refuses the connection.",
		fix: "Put a new certificate into the node's keystore.",
	},
	"certificate.name": {
		severity: "error",
		what: "A node's certificate is for another name.",
		why: REFUSED,
		fix: "Set `tls.serverName` if that name is right. Otherwise, give the node a certificate for its name.",
	},
	"certificate.untrusted": {
		severity: "error",
		what: "A node's certificate is not signed by a CA in `trust`.",
		why: REFUSED,
		fix: "Put the CA's certificate into `trust`, or the node's own if it is self-signed.",
	},
	"certificate.pin": {
		severity: "error",
		what: "A node presents a certificate other than the pinned one.",
		why: `${REFUSED} Another server may be using that address.`,
		fix: "Set the new `pin`, if the node's certificate was changed.",
	},
	"certificate.unverified": {
		severity: "warning",
		what: "Nodes' certificates are not verified (`tls.verify: off`).",
		why: "Anyone who controls a node's address can read every password and token.",
		fix: "Set `trust` to the CA of the nodes, or a `pin`.",
	},
};

export const certificates: Check = {
	id: "certificate",
	description: "Inspects the certificate that each TLS port of each node presents.",
	requires: "a node that accepts TLS connections",
	kinds: KINDS,
	async run(doctor) {
		const members = doctor.deployment.services.flatMap((service) => service.members.map((member) => ({ service, member })));
		const found = await Promise.all(
			members.map(async ({ service, member }) =>
				certificateFindings(service, member, await doctor.handshakeWithMember(member), doctor.now),
			),
		);
		return found.flat();
	},
};

function certificateFindings(service: DeployedService, { plan }: DeployedMember, contact: Contact, now: number): Finding[] {
	if (contact.kind !== "handshake" || plan.tls === null) return [];
	const found = (id: Id, what: string, remedies: Finding["remedies"]): Finding =>
		finding(KINDS, `certificate.${id}`, {
			service: service.plan.name,
			nodes: [plan.name],
			what,
			evidence: [evidenceOf(contact)],
			remedies,
		});
	const problem = problemOf(contact, plan.tls);
	const renew = [nodeCertificate(service)];
	const findings: Finding[] = [];
	if (problem === "expired") findings.push(found("expired", "The node's certificate is not currently valid", renew));
	else if (problem === "name") {
		const name = certificateName(contact);
		findings.push(found("name", "The node's certificate is for another name", [trust(service, `tls: { serverName: ${name} }`), ...renew]));
	} else if (problem === "pin") {
		const pin = contact.leaf.fingerprint256.replaceAll(":", "").toLowerCase();
		findings.push(
			found("pin", "The node presents a certificate other than the pinned one", [
				trust(service, `tls: { pin: ${pin} }    # only if this is the node's new certificate`),
			]),
		);
	} else if (problem === "untrusted")
		findings.push(found("untrusted", "The node's certificate is not signed by a CA in `trust`", [trust(service, "trust: nodes-ca.pem")]));
	if (!plan.tls.verify && plan.tls.pinnedSha256 === null)
		findings.push(
			found("unverified", "The node's certificate is not verified", [trust(service, "trust: nodes-ca.pem    # and no verify: off")]),
		);
	const days = daysLeft(contact.leaf, now);
	if (days >= 0 && days < SOON_DAYS)
		findings.push(found("expiring", `The node's certificate expires in ${days === 1 ? "1 day" : `${days} days`}`, renew));
	return findings;
}

function problemOf(
	{ problem, pinned }: Handshake,
	{ verify, pinnedSha256 }: MemberTlsPlan,
): "expired" | "name" | "untrusted" | "pin" | null {
	if (pinnedSha256 !== null) return pinned ? null : "pin";
	if (problem === null || !verify) return null;
	return EXPIRED.has(problem) ? "expired" : problem === WRONG_NAME ? "name" : "untrusted";
}

function evidenceOf({ request, leaf, problem, protocol }: Handshake): Finding["evidence"][number] {
	const names = plain(leaf.subjectAltName ?? leaf.subject, 120);
	const until = new Date(Math.floor(leaf.validToDate.getTime() / DAY) * DAY).toISOString().slice(0, 10);
	return { request, result: `${protocol}, ${names}, until ${until}${problem === null ? "" : `: ${problem}`}` };
}

function certificateName({ leaf }: Handshake): string {
	return /DNS:([\w.-]+)/.exec(leaf.subjectAltName ?? "")?.[1] ?? "NAME";
}
