/** What the portals of API Manager tell their pages about themselves. */
import type { Answer } from "../ask.ts";
import type { Check } from "../check.ts";
import type { DoctorSession } from "../examination.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { plain } from "../plainText.ts";
import { portalUrl, publicName } from "../remedies/urls.ts";
import { authorityOf, type Deployment, decisionFor, ofVersion, publicPathOf, reachOf, type SiteService, servletMembers } from "../site.ts";

const KINDS: Kinds<"portal.settings"> = {
	"portal.settings": {
		severity: "error",
		what: "A portal's settings name another server than the public one.",
		why: "Its pages send the browser there: to log in, and to watch the session in an iframe.",
		fix: "`[server] hostname` and `proxyPort`, or `customUrl` in the portal's settings.json.",
	},
};

const SETTINGS = ["services/settings/settings.js", "services/settings/settings.jsp"];

/** Names of the portals that the service's version of its product has. */
export function portalsOf(service: SiteService): readonly string[] {
	return ofVersion(service, service.product.doctor.portals).map(({ name }) => name);
}

export const hasPortals = (service: SiteService): boolean => portalsOf(service).length > 0;

export const portals: Check = {
	id: "portal",
	description:
		"`services/settings/settings.js` (or `.jsp`) of publisher, devportal and admin: through Portico, and where that does not rewrite it, at every node.",
	requires: "an API Manager of 3.0 or later that answers",
	kinds: KINDS,
	async run(examination) {
		const asked = examination.site.services.flatMap((service) => portalsOf(service).map((portal) => ({ service, portal })));
		const found = asked.map(async ({ service, portal }) => {
			const answers = await settingsOf(examination, service, portal);
			if (answers.length > 0) return answers.flatMap((answer) => portalFindings(examination.site, service, portal, answer));
			examination.note("portal", `${service.plan.name}, ${portal}`, "no settings page answered");
			return [];
		});
		return (await Promise.all(found)).flat();
	},
};

interface Settings extends Pick<Answer, "asked" | "body"> {
	/** Null: through Portico. */
	readonly node: string | null;
}

async function settingsOf(examination: DoctorSession, service: SiteService, portal: string): Promise<Settings[]> {
	for (const page of SETTINGS) {
		const path = `/${portal}/${page}`;
		const outside = await examination.front(service, path);
		const shown = isSettings(outside) ? [{ ...outside, node: null }] : [];
		const { route } = decisionFor(examination.site, authorityOf(service), publicPathOf(service, path));
		// What leaves is what counts, and tells of all nodes where Portico mends it.
		if (shown.length > 0 && route?.plan.rewriteBodies === true) return shown;
		const atNodes = servletMembers(service).map(async (member) => {
			const reply = await examination.member(service, member, path);
			return isSettings(reply) ? [{ ...reply, node: member.plan.node }] : [];
		});
		const all = [...shown, ...(await Promise.all(atNodes)).flat()];
		if (all.length > 0) return all;
	}
	return [];
}

function isSettings(reply: Awaited<ReturnType<DoctorSession["front"]>>): reply is Answer {
	return reply.kind === "answer" && reply.status === 200 && /\borigin\b/.test(reply.body);
}

function portalFindings(site: Deployment, service: SiteService, portal: string, { node, asked, body }: Settings): Finding[] {
	const named = [...body.matchAll(/\b(origin|checkSessionEndpoint)["']?\s{0,9}:\s{0,9}["'](https?:[^"'\s]{1,300})["']/g)];
	const wrong = named.filter(([, name, url = ""]) =>
		name === "origin" ? url !== service.plan.publicOrigin : !["served", "bare"].includes(reachOf(site, service, url)),
	);
	if (wrong.length === 0) return [];
	const seen = [
		{
			asked,
			got: wrong
				.slice(0, 3)
				.map(([, name, url = ""]) => `${name}: ${plain(url, 120)}`)
				.join(", "),
		},
	];
	const what = `Settings of portals name another server than ${service.plan.publicOrigin}`;
	return [
		finding(KINDS, "portal.settings", {
			service: service.plan.name,
			nodes: node === null ? [] : [node],
			what,
			seen,
			remedies: [publicName(service), portalUrl(service, portal)],
		}),
	];
}
