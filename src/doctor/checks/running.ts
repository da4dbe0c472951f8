/** Status of the running Portico, if its admin API can be read without a token. */
import type { StatusReport } from "../../admin/model.ts";
import type { Check } from "../check.ts";
import type { Deployment } from "../deployment.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { plain } from "../plainText.ts";
import { elsewhere } from "../remedies/product.ts";
import { publicName } from "../remedies/urls.ts";

const KINDS: Kinds<"running.down" | "running.differs" | "running.leaks"> = {
	"running.down": {
		severity: "warning",
		what: "A member is down in the running Portico.",
		why: "The others handle its share. If the last one goes down, the service is unavailable.",
		fix: "See the evidence in `portico status`.",
	},
	"running.differs": {
		severity: "warning",
		what: "The members of the running Portico differ from those in the file.",
		why: "The doctor's findings about the file do not apply to the running Portico.",
		fix: "Restart or reload Portico.",
	},
	"running.leaks": {
		severity: "warning",
		what: "In the last 15 minutes, the running Portico sent addresses of nodes to clients.",
		why: "External browsers cannot reach them.",
		fix: "Set `[server] hostname` and `proxyPort` on the nodes.",
	},
};

export const running: Check = {
	id: "running",
	description: "Requests `/api/v1/status` from the running Portico's admin server, without a token.",
	requires: "`admin` in the file, or --admin",
	kinds: KINDS,
	async run(doctor) {
		if (!doctor.hasStatus) return [];
		try {
			return runningFindings(doctor.deployment, await doctor.status(), doctor.now);
		} catch (error) {
			doctor.noteSkipped("running", "admin server", plain(error instanceof Error ? error.message : String(error)));
			return [];
		}
	},
};

/** @param now milliseconds since the epoch */
export function runningFindings(deployment: Deployment, status: StatusReport, now: number): Finding[] {
	const names = new Set(deployment.services.map(({ plan }) => plan.name));
	const services = status.services.filter(({ name }) => names.has(name));
	const members = services.flatMap(({ name, nodes }) => nodes.flatMap((node) => node.members.map((member) => ({ service: name, member }))));
	const request = "GET /api/v1/status of the admin server";
	const down = members
		.filter(({ member }) => member.health === "down")
		.map(({ service, member }) =>
			finding(KINDS, "running.down", {
				service,
				nodes: [member.name],
				what: "This member is down in the running Portico",
				evidence: [{ request, result: plain(member.evidence ?? member.cause ?? "down") }],
				remedies: [elsewhere("shell", "portico status")],
			}),
		);
	const here = deployment.services.flatMap((service) =>
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
						what: "The members of the running Portico differ from those in the file",
						evidence: [{ request, result: plain(differing.join("; ")) }],
						remedies: [elsewhere("shell", "systemctl reload portico")],
					}),
				];
	return [...down, ...differs, ...leakFindings(deployment, status, request, now)];
}

/** Older ones may be fixed: Portico counts them since its start. */
const RECENT_MINUTES = 15;
const RECENT_MS = RECENT_MINUTES * 60_000;

/** Empty for a Portico that does not count them. */
function leakFindings(deployment: Deployment, status: StatusReport, request: string, now: number): Finding[] {
	// A leak without a time comes from an older Portico and counts as recent.
	const leaks = ((status as Partial<StatusReport>).leaks ?? []).filter(({ lastAt }) => !(now - Date.parse(lastAt) >= RECENT_MS));
	return deployment.services.flatMap((service) => {
		const own = leaks.filter((leak) => leak.service === service.plan.name);
		if (own.length === 0) return [];
		const evidence = own.map(({ route, url, field, count, firstAt, lastAt }) => ({
			request,
			result: `${plain(route, 80)}: ${plain(url, 120)} in ${field === null ? "bodies" : plain(field, 40)}, ${count} times since ${plain(String(firstAt), 40)}, last ${plain(String(lastAt), 40)}`,
		}));
		const fixes = [...new Set(own.map(({ fix }) => plain(fix, 400)))].map((fix) => elsewhere("portico.yaml, or the nodes", fix));
		const what = `Addresses of nodes were sent to clients in the last ${RECENT_MINUTES} minutes`;
		return [
			finding(KINDS, "running.leaks", { service: service.plan.name, nodes: [], what, evidence, remedies: [publicName(service), ...fixes] }),
		];
	});
}
