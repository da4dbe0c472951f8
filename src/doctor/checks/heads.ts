/** Maximum size of a request head: the node's limit compared with Portico's. */
import type { Check } from "../check.ts";
import { type DeployedMember, type DeployedService, isKnown, servletMembers } from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { headerSize, ourHeaderSize } from "../remedies/server.ts";
import type { Reply } from "../request.ts";

const KINDS: Kinds<"head.node" | "head.ours"> = {
	"head.node": {
		severity: "warning",
		what: "A node accepts only smaller request heads than WSO2 requires of a load balancer and than Portico forwards.",
		why: "Federated logins, and logouts with an id_token in the URL, exceed 8 KiB. The node then returns 400 in the middle of them.",
		fix: "Raise `maxHttpHeaderSize` of the connectors.",
	},
	"head.ours": {
		severity: "warning",
		what: "`limits.requestHead` is below 32 KiB.",
		why: "WSO2 requires at least 32 KiB for URL and headers: federated logins to the portals exceed 8 KiB.",
		fix: "Set `limits.requestHead: 64KiB`, the default.",
	},
};

const KIB = 1024;
/** What WSO2 requires of a load balancer in front of API Manager (production deployment guidelines). */
const NEEDED = 32 * KIB;
const SIZES = [8 * KIB, 16 * KIB, NEEDED] as const;
/** Reserved for the request line and the other fields. */
const REST = 768;
const REFUSALS = new Set([400, 413, 414, 431]);

export const heads: Check = {
	id: "head",
	description: "Requests `/services/Version` from every node with a request head of 8, 16 and 32 KiB (one long, meaningless header).",
	requires: "a WSO2 service",
	kinds: KINDS,
	async run(doctor) {
		const { plan, deployment } = doctor;
		const known = deployment.services.filter(isKnown);
		const members = known.flatMap((service) => servletMembers(service).map((member) => ({ service, member })));
		const found = members.map(async ({ service, member }) =>
			nodeFindings(service, member, await tryOut(doctor, service, member), plan.limits.requestHead),
		);
		if (known.length > 0) doctor.markInspected();
		const ours = known.length === 0 ? [] : ourFindings(plan.limits.requestHead);
		return [...ours, ...(await Promise.all(found)).flat()];
	},
};

/** The reply to each size, up to the first that was rejected. */
interface Tried {
	readonly size: number;
	readonly reply: Reply;
}

async function tryOut(doctor: DoctorSession, service: DeployedService, member: DeployedMember): Promise<Tried[]> {
	const plainReply = doctor.responseOrSkip(
		"head",
		member.plan.name,
		await doctor.member(service, member, service.product.doctor.versionPath),
	);
	if (plainReply === null || REFUSALS.has(plainReply.status)) return [];
	const tried: Tried[] = [];
	for (const size of SIZES) {
		const reply = await doctor.member(service, member, service.product.doctor.versionPath, [["X-Portico-Doctor", "x".repeat(size - REST)]]);
		tried.push({ size, reply });
		if (isRefusal(reply)) break;
	}
	return tried;
}

function isRefusal(reply: Reply): boolean {
	return reply.kind === "response" ? REFUSALS.has(reply.status) : reply.failed === "response";
}

/** @param ours bytes */
function nodeFindings(service: DeployedService, { plan }: DeployedMember, tried: readonly Tried[], ours: number): Finding[] {
	const refused = tried.find(({ reply }) => isRefusal(reply));
	if (refused === undefined || refused.size > ours) return [];
	const { reply, size } = refused;
	const result = reply.kind === "response" ? `returned ${reply.status}` : reply.reason;
	return [
		finding(KINDS, "head.node", {
			service: service.plan.name,
			nodes: [plan.node],
			what: `The node rejects a request head of ${size / KIB} KiB; Portico accepts ${Math.floor(ours / KIB)} KiB`,
			evidence: [{ request: `${reply.request} with a head of ${size / KIB} KiB`, result }],
			remedies: [headerSize(service, Math.max(ours, NEEDED))],
		}),
	];
}

/** @param ours bytes */
function ourFindings(ours: number): Finding[] {
	if (ours >= NEEDED) return [];
	const evidence = [{ request: "limits.requestHead in portico.yaml", result: `${ours} bytes` }];
	return [
		finding(KINDS, "head.ours", {
			service: null,
			nodes: [],
			what: "Portico rejects request heads that WSO2 needs",
			evidence,
			remedies: [ourHeaderSize(2 * NEEDED)],
		}),
	];
}
