/** The public endpoint: whether it responds, and the certificate that clients see. */
import { isIP } from "node:net";
import type { Check } from "../check.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import type { Contact, Handshake } from "../handshake.ts";
import { plain } from "../plainText.ts";
import { elsewhere, inPortico } from "../remedies/product.ts";
import { daysLeft, SOON_DAYS } from "../validity.ts";

type Id = "closed" | "silent" | "expired" | "expiring" | "name" | "untrusted" | "stale" | "plain";

const KINDS: Kinds<`front.${Id}`> = {
	"front.closed": {
		severity: "error",
		what: "The public endpoint does not respond, or does not support TLS.",
		why: "No client can connect.",
		fix: "Start Portico, or set another address with `--resolve`.",
	},
	"front.silent": {
		severity: "error",
		what: "The public endpoint accepts connections but does not respond.",
		why: "Every client waits until it times out.",
		fix: "Restart the program that listens there: Portico, or the load balancer in front of it. `portico status` shows whether Portico responds.",
	},
	"front.expired": {
		severity: "error",
		what: "The public certificate has expired.",
		why: "Browsers show a warning to every user, and other clients fail.",
		fix: "Renew it and reload Portico.",
	},
	"front.expiring": {
		severity: "warning",
		what: `The public certificate expires within ${SOON_DAYS} days.`,
		why: "From then on, browsers show a warning to every user.",
		fix: "Renew it and reload Portico.",
	},
	"front.name": {
		severity: "error",
		what: "The public certificate does not contain the name of a public host.",
		why: "Browsers show a warning to every user of that host.",
		fix: "Add a certificate for that name to `listeners[].tls.certificates`.",
	},
	"front.untrusted": {
		severity: "advice",
		what: "Clients with the usual CAs do not trust the public certificate.",
		why: "This is fine if all clients have your own CA (pass it with `--ca`). Otherwise, the chain is incomplete or the certificate is self-signed.",
		fix: "Append the intermediate certificates to the server's certificate in `cert`, or use a certificate of a public CA.",
	},
	"front.stale": {
		severity: "warning",
		what: "The public endpoint presents a certificate that is not in the file.",
		why: "The running Portico has not read the renewed file, or another program uses the public address.",
		fix: "Restart or reload Portico.",
	},
	"front.plain": {
		severity: "warning",
		what: "The public origin is http.",
		why: "Passwords and tokens are sent unencrypted, and browsers drop `Secure` cookies, as all of WSO2's are.",
		fix: "Set `public: https://…`, and `tls` on the listener.",
	},
};

export const front: Check = {
	id: "front",
	description: "Makes a TLS handshake with the public endpoint for every public host, then requests a path that Portico refuses.",
	requires: "a service",
	kinds: KINDS,
	async run(doctor) {
		const { plan, deployment } = doctor;
		if (!plan.publicOrigin.startsWith("https:")) {
			const evidence = [{ request: "public in portico.yaml", result: plan.publicOrigin }];
			const remedies = [inPortico("public: https://sso.example.com")];
			const plainly = finding(KINDS, "front.plain", { service: null, nodes: [], what: "The public origin is http", evidence, remedies });
			return [plainly, ...(await noResponseFindings(doctor))];
		}
		const known = plan.listeners.flatMap(({ tls }) => tls?.certificates ?? []).map(({ cert }) => cert);
		const hosts = [...new Set(deployment.services.flatMap((service) => service.plan.hosts))];
		const found = hosts.map(async (authority) => {
			const target = doctor.frontTarget(authority);
			if (target !== null) return frontFindings(authority, await doctor.handshake(target), known, doctor.now);
			doctor.noteSkipped("front", authority, "no listener can be reached from here; set an address with --resolve");
			return [];
		});
		return [...(await Promise.all(found)).flat(), ...(await noResponseFindings(doctor))];
	},
};

/** No response on a connection; over plain http also no connection, which over https the handshake reports. */
async function noResponseFindings(doctor: DoctorSession): Promise<Finding[]> {
	const { deployment, plan } = doctor;
	if (!doctor.hasFront) return [];
	const isPlain = !plan.publicOrigin.startsWith("https:");
	const found = deployment.services.map(async (service): Promise<Finding[]> => {
		const reply = await doctor.publicPath(service, REFUSED);
		if (reply.kind === "response") return [];
		const about = { service: null, nodes: [], evidence: [{ request: reply.request, result: reply.reason }] };
		if (reply.failed === "response") {
			const what = "The public endpoint accepts the connection but does not respond";
			const remedies = [elsewhere("shell", "portico status\nsystemctl restart portico")];
			return [finding(KINDS, "front.silent", { ...about, what, remedies })];
		}
		if (reply.failed !== "connect" || !isPlain) return [];
		return [finding(KINDS, "front.closed", { ...about, what: "Nothing listens on the public endpoint", remedies: [RUN] })];
	});
	return (await Promise.all(found)).flat();
}

/** Portico rejects it without a node, so that a slow node does not look like a slow Portico. */
const REFUSED = "/%2e%2e/";
const RUN = elsewhere("shell", "portico run -c portico.yaml");

/** @param known PEM of the certificates in the file */
function frontFindings(authority: string, contact: Contact, known: readonly string[], now: number): Finding[] {
	const found = (id: Id, what: string, result: string, remedies: Finding["remedies"]): Finding =>
		finding(KINDS, `front.${id}`, { service: null, nodes: [], what, evidence: [{ request: contact.request, result }], remedies });
	if (contact.kind !== "handshake") {
		const result = contact.kind === "noResponse" ? contact.reason : "plain text";
		return [
			found("closed", `No TLS for ${authority} on the public endpoint`, result, [
				RUN,
				inPortico("listeners:\n  - address: 0.0.0.0:443\n    tls: { certificates: [ { cert: tls/sso.pem, key: tls/sso.key } ] }"),
			]),
		];
	}
	const { leaf, problem } = contact;
	const names = plain(leaf.subjectAltName ?? leaf.subject, 120);
	const renew = [
		inPortico(
			"listeners:\n  - tls: { certificates: [ { cert: tls/new.pem, key: tls/new.key } ] }",
			`The certificate needs the name ${authority.replace(/:\d+$/, "")}.`,
		),
	];
	const findings: Finding[] = [];
	const host = authority.replace(/:\d+$/, "").replace(/^\[|\]$/g, "");
	const days = daysLeft(leaf, now);
	if (!hasName(contact, host)) findings.push(found("name", `The certificate is not for ${host}`, names, renew));
	if (days < 0) findings.push(found("expired", "The public certificate has expired", `until ${leaf.validTo}`, renew));
	else if (days < SOON_DAYS)
		findings.push(
			found("expiring", `The public certificate expires in ${days === 1 ? "1 day" : `${days} days`}`, `until ${leaf.validTo}`, renew),
		);
	if (problem !== null && days >= 0 && problem !== "ERR_TLS_CERT_ALTNAME_INVALID")
		findings.push(
			found("untrusted", "Clients with the usual CAs do not trust the public certificate", problem, [
				inPortico(
					"listeners:\n  - tls: { certificates: [ { cert: tls/fullchain.pem, key: tls/sso.key } ] }",
					"`cert`: the server's certificate first, then its chain.",
				),
			]),
		);
	const pem = leaf.toString().replace(/\s/g, "");
	if (!known.some((each) => each.replace(/\s/g, "").includes(pem)))
		findings.push(
			found("stale", "The public endpoint presents a certificate that is not in the file", `${names}, until ${leaf.validTo}`, [
				elsewhere("shell", "systemctl reload portico"),
			]),
		);
	return findings;
}

function hasName({ leaf }: Handshake, host: string): boolean {
	return (isIP(host) === 0 ? leaf.checkHost(host) : leaf.checkIP(host)) !== undefined;
}
