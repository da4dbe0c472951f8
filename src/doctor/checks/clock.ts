/** The clocks of the nodes, as exactly as a Date header shows them: to the second, and within the round-trip time. */
import type { Check } from "../check.ts";
import { type DeployedService, servletMembers } from "../deployment.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { plain } from "../plainText.ts";
import { clock as clockRemedy } from "../remedies/server.ts";
import type { HttpResponse } from "../request.ts";

const WHY =
	"Tokens, assertions and cookies contain times. If clocks differ, other nodes and clients reject them as expired or not yet valid.";
const FIX = "Synchronize the clock of that host (chrony, systemd-timesyncd).";

const KINDS: Kinds<"clock.skew" | "clock.far"> = {
	"clock.skew": { severity: "warning", what: "A node's clock is more than 5 seconds off.", why: WHY, fix: FIX },
	"clock.far": { severity: "error", what: "A node's clock is more than a minute off.", why: WHY, fix: FIX },
};

const NOTABLE = 5_000;
const FAR = 60_000;

export const clock: Check = {
	id: "clock",
	description: "Compares the Date header of every node's response with this machine's clock.",
	requires: "a WSO2 node that responds",
	kinds: KINDS,
	async run(doctor) {
		const perService = doctor.deployment.services.map(async (service) => {
			const clocks: Clock[] = [];
			for (const member of servletMembers(service)) {
				const response = doctor.responseOrSkip(
					"clock",
					member.plan.name,
					await doctor.member(service, member, service.product.doctor.versionPath),
				);
				const offset = response === null ? null : clockOffset(response);
				if (response !== null && offset === null) doctor.noteSkipped("clock", member.plan.name, "its responses have no Date header");
				if (response !== null && offset !== null) clocks.push({ node: member.plan.node, offset, response });
			}
			return clockFindings(service, clocks);
		});
		return (await Promise.all(perService)).flat();
	},
};

interface Clock {
	readonly node: string;
	/** Milliseconds; positive: ahead of this machine. */
	readonly offset: number;
	readonly response: Pick<HttpResponse, "request" | "headers">;
}

/** Minimum deviation of the clock: the Date was written between request and response, and omits the milliseconds. Null: no Date. */
export function clockOffset({ headers, sentAt, respondedAt }: Pick<HttpResponse, "headers" | "sentAt" | "respondedAt">): number | null {
	const date = Date.parse(headers.get("date") ?? "");
	if (Number.isNaN(date)) return null;
	if (date > respondedAt) return date - respondedAt;
	return date + 999 < sentAt ? date + 999 - sentAt : 0;
}

export function clockFindings(service: DeployedService, clocks: readonly Clock[]): Finding[] {
	const off = clocks.filter(({ offset }) => Math.abs(offset) > NOTABLE);
	const spread = Math.max(...off.map(({ offset }) => offset)) - Math.min(...off.map(({ offset }) => offset));
	const ours = clocks.length > 1 && off.length === clocks.length && spread < NOTABLE;
	return off.map(({ node, offset, response }) => {
		const by = `${Math.round(Math.abs(offset) / 1000)} s ${offset > 0 ? "ahead of" : "behind"} this machine`;
		return finding(KINDS, Math.abs(offset) > FAR ? "clock.far" : "clock.skew", {
			service: service.plan.name,
			nodes: [node],
			what: ours
				? "All nodes' clocks differ from this machine's clock by the same time: this machine's clock may be wrong"
				: "The node's clock is wrong",
			evidence: [{ request: response.request, result: `Date: ${plain(response.headers.get("date") ?? "")}, ${by}` }],
			remedies: [clockRemedy()],
		});
	});
}
