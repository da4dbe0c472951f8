/** What the portals of API Manager tell their pages about themselves. */
import type { Check } from "../check.ts";
import {
	authorityOf,
	type DeployedService,
	type Deployment,
	decisionFor,
	ofVersion,
	publicPathOf,
	reachOf,
	servletMembersWith,
} from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { plain } from "../plainText.ts";
import { portalUrl, publicName } from "../remedies/urls.ts";
import type { HttpResponse } from "../request.ts";

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
export function portalsOf(service: DeployedService): readonly string[] {
	return ofVersion(service, service.product.doctor.portals).map(({ name }) => name);
}

export const hasPortals = (service: DeployedService): boolean => portalsOf(service).length > 0;

export const portals: Check = {
	id: "portal",
	description:
		"`services/settings/settings.js` (or `.jsp`) of publisher, devportal and admin: through Portico, and where that does not rewrite it, at every node.",
	requires: "an API Manager of 3.0 or later that responses",
	kinds: KINDS,
	async run(doctor) {
		const all = doctor.deployment.services.flatMap((service) => portalsOf(service).map((portal) => ({ service, portal })));
		const found = all.map(async ({ service, portal }) => {
			const responses = await settingsOf(doctor, service, portal);
			if (responses.length > 0) return responses.flatMap((response) => portalFindings(doctor.deployment, service, portal, response));
			doctor.noteSkipped("portal", `${service.plan.name}, ${portal}`, "no settings page answered");
			return [];
		});
		return (await Promise.all(found)).flat();
	},
};

interface Settings extends Pick<HttpResponse, "request" | "body"> {
	/** Null: through Portico. */
	readonly node: string | null;
}

async function settingsOf(doctor: DoctorSession, service: DeployedService, portal: string): Promise<Settings[]> {
	for (const page of SETTINGS) {
		const path = `/${portal}/${page}`;
		const outside = await doctor.front(service, path);
		const shown = isSettings(outside) ? [{ ...outside, node: null }] : [];
		const { route } = decisionFor(doctor.deployment, authorityOf(service), publicPathOf(service, path));
		// Clients get the page of Portico; if Portico rewrites it, it stands for those of all nodes.
		if (shown.length > 0 && route?.plan.rewriteBodies === true) return shown;
		const atNodes = servletMembersWith(doctor.deployment, service, path).map(async (member) => {
			const reply = await doctor.member(service, member, path);
			return isSettings(reply) ? [{ ...reply, node: member.plan.node }] : [];
		});
		const all = [...shown, ...(await Promise.all(atNodes)).flat()];
		if (all.length > 0) return all;
	}
	return [];
}

function isSettings(reply: Awaited<ReturnType<DoctorSession["front"]>>): reply is HttpResponse {
	return reply.kind === "response" && reply.status === 200 && /\borigin\b/.test(reply.body);
}

function portalFindings(deployment: Deployment, service: DeployedService, portal: string, { node, request, body }: Settings): Finding[] {
	const named = [...body.matchAll(/\b(origin|checkSessionEndpoint)["']?\s{0,9}:\s{0,9}["'](https?:[^"'\s]{1,300})["']/g)];
	const wrong = named.filter(([, name, url = ""]) =>
		name === "origin" ? url !== service.plan.publicOrigin : !["served", "bare"].includes(reachOf(deployment, service, url)),
	);
	if (wrong.length === 0) return [];
	const evidence = [
		{
			request,
			result: wrong
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
			evidence,
			remedies: [publicName(service), portalUrl(service, portal)],
		}),
	];
}
