/** What the running Portico says of itself, where its admin API may be asked without a token. */
import type { StatusReport } from "../../admin/model.ts";
import type { Check } from "../check.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { plain } from "../plainText.ts";
import { elsewhere } from "../remedies/product.ts";
import { publicName } from "../remedies/urls.ts";
import type { Deployment } from "../site.ts";

const KINDS: Kinds<"running.down" | "running.differs" | "running.leaks"> = {
	"running.down": {
		severity: "warning",
		what: "The running Portico has a member down.",
		why: "The others carry its share; the last one down is an outage.",
		fix: "What its evidence says: `portico status`.",
	},
	"running.differs": {
		severity: "warning",
		what: "The running Portico has other members than the file.",
		why: "What the doctor says of the file is not what happens.",
		fix: "Restart or reload Portico.",
	},
	"running.leaks": {
		severity: "warning",
		what: "In the last quarter of an hour addresses of nodes left through the running Portico.",
		why: "Browsers outside cannot reach them.",
		fix: "`[server] hostname` and `proxyPort` on the nodes.",
	},
};

export const running: Check = {
	id: "running",
	description: "`/api/v1/status` of the running Portico's admin server, without a token.",
	requires: "`admin` in the file, or --admin",
	kinds: KINDS,
	async run(examination) {
		if (!examination.hasStatus) return [];
		try {
			return runningFindings(examination.site, await examination.status(), examination.now);
		} catch (error) {
			examination.note("running", "admin server", plain(error instanceof Error ? error.message : String(error)));
			return [];
		}
	},
};

/** @param now milliseconds since the epoch */
export function runningFindings(site: Deployment, status: StatusReport, now: number): Finding[] {
	const names = new Set(site.services.map(({ plan }) => plan.name));
	const services = status.services.filter(({ name }) => names.has(name));
	const members = services.flatMap(({ name, nodes }) => nodes.flatMap((node) => node.members.map((member) => ({ service: name, member }))));
	const asked = "GET /api/v1/status of the admin server";
	const down = members
		.filter(({ member }) => member.health === "down")
		.map(({ service, member }) =>
			finding(KINDS, "running.down", {
				service,
				nodes: [member.name],
				what: "The running Portico has this member down",
				seen: [{ asked, got: plain(member.evidence ?? member.cause ?? "down") }],
				remedies: [elsewhere("shell", "portico status")],
			}),
		);
	const here = site.services.flatMap((service) =>
		service.members.map(({ plan }) => `${plan.name} ${plan.host.includes(":") ? `[${plan.host}]` : plan.host}:${plan.port}`),
	);
	const there = members.map(({ member }) => `${member.name} ${member.address}`);
	const differing = [
		...here.filter((each) => !there.includes(each)).map((each) => `not running: ${each}`),
		...there.filter((each) => !here.includes(each)).map((each) => `not in the file: ${each}`),
	];
	const differs =
		differing.length === 0
			? []
			: [
					finding(KINDS, "running.differs", {
						service: null,
						nodes: [],
						what: "The running Portico has other members than the file",
						seen: [{ asked, got: plain(differing.join("; ")) }],
						remedies: [elsewhere("shell", "systemctl reload portico")],
					}),
				];
	return [...down, ...differs, ...leakFindings(site, status, asked, now)];
}

/** Older ones may be mended: it counts since its start. */
const RECENT_MINUTES = 15;
const RECENT_MS = RECENT_MINUTES * 60_000;

/** A Portico that does not count them says nothing. */
function leakFindings(site: Deployment, status: StatusReport, asked: string, now: number): Finding[] {
	// One that tells no moment is of an older Portico, and counts as recent.
	const leaks = ((status as Partial<StatusReport>).leaks ?? []).filter(({ lastAt }) => !(now - Date.parse(lastAt) >= RECENT_MS));
	return site.services.flatMap((service) => {
		const own = leaks.filter((leak) => leak.service === service.plan.name);
		if (own.length === 0) return [];
		const seen = own.map(({ route, url, field, count, firstAt, lastAt }) => ({
			asked,
			got: `${plain(route, 80)}: ${plain(url, 120)} in ${field === null ? "bodies" : plain(field, 40)}, ${count} times since ${plain(String(firstAt), 40)}, last ${plain(String(lastAt), 40)}`,
		}));
		const fixes = [...new Set(own.map(({ fix }) => plain(fix, 400)))].map((fix) => elsewhere("portico.yaml, or the nodes", fix));
		const what = `Addresses of nodes have left in the last ${RECENT_MINUTES} minutes`;
		return [
			finding(KINDS, "running.leaks", { service: service.plan.name, nodes: [], what, seen, remedies: [publicName(service), ...fixes] }),
		];
	});
}
