/** Where logins come back to: what the portals and applications say, and what is registered for them. */
import { isIn } from "../../health/productVersion.ts";
import type { Answer, Question } from "../ask.ts";
import type { Check } from "../check.ts";
import type { Examination } from "../examination.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { shownUrl } from "../plainText.ts";
import { applicationCallback, portalCallback, portalUrl, publicName } from "../remedies/urls.ts";
import { publicUrlOf, reachOf, type Site, type SiteMember, type SiteService, STRANGER, servletMembers } from "../site.ts";
import { hasPortals, PORTALS } from "./portals.ts";

const KINDS: Kinds<"callback.host" | "callback.registered"> = {
	"callback.host": {
		severity: "error",
		what: "A portal asks for its login to come back to an address that is not public.",
		why: "The browser is sent to a node's own address with the code, or into a loop between portal and login.",
		mend: "`[server] hostname` and `proxyPort`, or `customUrl` in the portal's settings.json.",
	},
	"callback.registered": {
		severity: "error",
		what: "The callback that is registered is not the one that is asked for.",
		why: "Every login ends with `Registered callback does not match with the provided url`. It is registered once, with the host of that day.",
		mend: "The callback of the service provider in the console.",
	},
};

export const callbacks: Check = {
	id: "callback",
	asks: "`services/auth/login` of each portal and the redirect that follows; for Identity Server, `/oauth2/authorize` as My Account and Console ask it.",
	kinds: KINDS,
	async run(examination) {
		const found = examination.site.services.map(async (service) => [
			...(hasPortals(service) ? (await Promise.all(PORTALS.map((portal) => ofPortal(examination, service, portal)))).flat() : []),
			...(hasApplications(service)
				? (await Promise.all(APPLICATIONS.map((name) => ofApplication(examination, service, name)))).flat()
				: []),
		]);
		return (await Promise.all(found)).flat();
	},
};

export const APPLICATIONS = ["MY_ACCOUNT", "CONSOLE"] as const;
const PATHS: Readonly<Record<(typeof APPLICATIONS)[number], string>> = { MY_ACCOUNT: "/myaccount", CONSOLE: "/console" };

/** Identity Server 5.11 and later come with the two, under ids of their own. */
export function hasApplications({ plan }: SiteService): boolean {
	return plan.product === "wso2-is" && isIn(plan.version, { since: "5.11" });
}

/** A login as the application begins it; nobody ends it, so the verifier of this challenge needs no keeping. */
export function authorizePath(
	service: SiteService,
	application: (typeof APPLICATIONS)[number],
	redirectUri = publicUrlOf(service, PATHS[application]),
): string {
	const query = new URLSearchParams({
		response_type: "code",
		client_id: application,
		scope: "openid",
		redirect_uri: redirectUri,
		state: "portico-doctor",
		code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
		code_challenge_method: "S256",
	});
	return `/oauth2/authorize?${query}`;
}

/** The first node that answers. */
async function atSomeNode(
	examination: Examination,
	service: SiteService,
	path: string,
	headers: Question["headers"] = [],
): Promise<{ readonly member: SiteMember; readonly answer: Answer } | null> {
	for (const member of servletMembers(service)) {
		const reply = await examination.member(service, member, path, headers);
		if (reply.kind === "answer") return { member, answer: reply };
	}
	return null;
}

async function ofPortal(examination: Examination, service: SiteService, portal: string): Promise<Finding[]> {
	// As shipped, `customUrl` takes the field for a host: what a client behind Portico would get.
	const begun = await atSomeNode(examination, service, `/${portal}/services/auth/login`, [["X-Forwarded-For", STRANGER]]);
	const location = begun?.answer.headers.get("location");
	if (begun === null || location === undefined) {
		examination.note("callback", `${service.plan.name}, ${portal}`, "services/auth/login redirects nowhere");
		return [];
	}
	const findings = portalLoginFindings(examination.site, service, portal, begun.answer.asked, location);
	const asked = URL.parse(location);
	if (findings.length > 0 || asked === null) return findings;
	const reply = await examination.member(service, begun.member, asked.pathname.replace(/^.*(?=\/oauth2\/)/, "") + asked.search);
	return reply.kind === "answer" ? registeredFindings(service, reply, portalCallback(service, portal)) : findings;
}

function portalLoginFindings(site: Site, service: SiteService, portal: string, asked: string, location: string): Finding[] {
	const callback = URL.parse(location)?.searchParams.get("redirect_uri") ?? null;
	// The browser brings what tells whose path it is.
	if (callback === null || ["served", "bare"].includes(reachOf(site, service, callback))) return [];
	const seen = [{ asked, got: `Location: ${shownUrl(location)}` }];
	const what = "Logins of portals come back to an address that is not public";
	return [
		finding(KINDS, "callback.host", {
			service: service.plan.name,
			nodes: [],
			what,
			seen,
			remedies: [publicName(service), portalUrl(service, portal)],
		}),
	];
}

async function ofApplication(
	examination: Examination,
	service: SiteService,
	application: (typeof APPLICATIONS)[number],
): Promise<Finding[]> {
	// An application that does not know the prefix asks without it.
	const callbacks = new Set([publicUrlOf(service, PATHS[application]), service.plan.publicOrigin + PATHS[application]]);
	let findings: Finding[] = [];
	for (const callback of callbacks) {
		const begun = await atSomeNode(examination, service, authorizePath(service, application, callback));
		findings = begun === null ? [] : registeredFindings(service, begun.answer, applicationCallback(service, application));
		if (findings.length === 0) return [];
	}
	return findings;
}

function registeredFindings(
	service: SiteService,
	{ asked, headers }: Pick<Answer, "asked" | "headers">,
	remedy: Finding["remedies"][number],
): Finding[] {
	const location = headers.get("location") ?? "";
	const code = URL.parse(location, "https://relative.invalid")?.searchParams.get("oauthErrorCode");
	if (code !== "invalid_callback") return [];
	const seen = [{ asked, got: `Location: ${shownUrl(location)}` }];
	return [
		finding(KINDS, "callback.registered", {
			service: service.plan.name,
			nodes: [],
			what: "Another callback is registered than the public one",
			seen,
			remedies: [remedy],
		}),
	];
}
