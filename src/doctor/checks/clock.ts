/** The clocks of the nodes, as far as a Date header shows them: to the second, and no closer than the round trip. */
import type { Answer } from "../ask.ts";
import type { Check } from "../check.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { plain } from "../plainText.ts";
import { clock as clockRemedy } from "../remedies/server.ts";
import { type SiteService, servletMembers } from "../site.ts";

const WHY = "Tokens, assertions and cookies carry times: what one node makes is not valid yet, or no longer, for another and for clients.";
const MEND = "Time synchronisation on that host (chrony, systemd-timesyncd).";

const KINDS: Kinds<"clock.skew" | "clock.far"> = {
	"clock.skew": { severity: "warning", what: "A node's clock is more than 5 seconds off.", why: WHY, fix: MEND },
	"clock.far": { severity: "error", what: "A node's clock is more than a minute off.", why: WHY, fix: MEND },
};

const NOTABLE = 5_000;
const FAR = 60_000;

export const clock: Check = {
	id: "clock",
	description: "Compares the Date header of every node's answer with this machine's clock.",
	requires: "a node of WSO2 that answers",
	kinds: KINDS,
	async run(examination) {
		const perService = examination.site.services.map(async (service) => {
			const clocks: Clock[] = [];
			for (const member of servletMembers(service)) {
				const answer = examination.heard(
					"clock",
					member.plan.name,
					await examination.member(service, member, service.product.doctor.versionPath),
				);
				const offset = answer === null ? null : clockOffset(answer);
				if (answer !== null && offset === null) examination.note("clock", member.plan.name, "its answers have no Date");
				if (answer !== null && offset !== null) clocks.push({ node: member.plan.node, offset, answer });
			}
			return clockFindings(service, clocks);
		});
		return (await Promise.all(perService)).flat();
	},
};

interface Clock {
	readonly node: string;
	/** Milliseconds; positive: ahead of ours. */
	readonly offset: number;
	readonly answer: Pick<Answer, "asked" | "headers">;
}

/** How far off it is at least: the Date was written between question and answer, and leaves out the milliseconds. Null: no Date. */
export function clockOffset({ headers, sentAt, answeredAt }: Pick<Answer, "headers" | "sentAt" | "answeredAt">): number | null {
	const date = Date.parse(headers.get("date") ?? "");
	if (Number.isNaN(date)) return null;
	if (date > answeredAt) return date - answeredAt;
	return date + 999 < sentAt ? date + 999 - sentAt : 0;
}

export function clockFindings(service: SiteService, clocks: readonly Clock[]): Finding[] {
	const off = clocks.filter(({ offset }) => Math.abs(offset) > NOTABLE);
	const spread = Math.max(...off.map(({ offset }) => offset)) - Math.min(...off.map(({ offset }) => offset));
	const ours = clocks.length > 1 && off.length === clocks.length && spread < NOTABLE;
	return off.map(({ node, offset, answer }) => {
		const by = `${Math.round(Math.abs(offset) / 1000)} s ${offset > 0 ? "ahead of" : "behind"} this machine`;
		return finding(KINDS, Math.abs(offset) > FAR ? "clock.far" : "clock.skew", {
			service: service.plan.name,
			nodes: [node],
			what: ours
				? "All nodes' clocks differ from this machine's by the same: it may be this one that is wrong"
				: "The node's clock is wrong",
			seen: [{ asked: answer.asked, got: `Date: ${plain(answer.headers.get("date") ?? "")}, ${by}` }],
			remedies: [clockRemedy()],
		});
	});
}
