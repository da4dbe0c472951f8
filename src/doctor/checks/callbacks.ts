/** Where logins come back to: what the portals and applications say, and what is registered for them. */
import type { ApplicationFacts } from "../../products/doctorFacts.ts";
import type { Check } from "../check.ts";
import {
	type DeployedMember,
	type DeployedService,
	type Deployment,
	EXAMPLE_CLIENT,
	ofVersion,
	publicUrlOf,
	reachOf,
	servletMembersWith,
} from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Finding, finding, type Kinds } from "../finding.ts";
import { shownUrl } from "../plainText.ts";
import { applicationCallback, portalCallback, portalUrl, publicName } from "../remedies/urls.ts";
import type { HttpResponse } from "../request.ts";
import { portalsOf } from "./portals.ts";

const KINDS: Kinds<"callback.host" | "callback.registered"> = {
	"callback.host": {
		severity: "error",
		what: "A portal asks for its login to come back to an address that is not public.",
		why: "Portico maps the way back only where it knows that address; else the browser is sent to it with the code, or into a loop between portal and login. Single logout does not work in any case: the iframe that watches the session belongs to the registered callback.",
		fix: "`[server] hostname` and `proxyPort`, or `customUrl` in the portal's settings.json.",
	},
	"callback.registered": {
		severity: "error",
		what: "The callback that is registered is not the one that is asked for.",
		why: "Every login ends with `Registered callback does not match with the provided url`. It is registered once, with the host of that day.",
		fix: "The callback of the service provider in the console; `callback_url` of `[console]` and `[myaccount]` from Identity Server 7.0 on.",
	},
};

export const callbacks: Check = {
	id: "callback",
	description:
		"`services/auth/login` of each portal and the redirect that follows; for Identity Server, `/oauth2/authorize` as My Account and Console ask it.",
	requires: "an API Manager of 3.0 or later, or an Identity Server of 5.11 or later, that responses",
	kinds: KINDS,
	async run(doctor) {
		const found = doctor.deployment.services.map(async (service) => [
			...(await Promise.all(portalsOf(service).map((portal) => ofPortal(doctor, service, portal)))).flat(),
			...(await Promise.all(applicationsOf(service).map((application) => ofApplication(doctor, service, application)))).flat(),
		]);
		return (await Promise.all(found)).flat();
	},
};

/** OAuth applications with which the service's version of its product comes. */
export function applicationsOf(service: DeployedService): readonly ApplicationFacts[] {
	return ofVersion(service, service.product.doctor.applications);
}

/** The login of an application, with its public callback. One that does not know the prefix asks without it: then that is the second. */
export function authorizePaths(service: DeployedService, { id, name }: ApplicationFacts): readonly string[] {
	const callbacks = new Set([publicUrlOf(service, `/${name}`), `${service.plan.publicOrigin}/${name}`]);
	return [...callbacks].map((callback) => authorizePath(id, callback));
}

/** A login as the application begins it; nobody ends it, so the verifier of this challenge needs no keeping. */
function authorizePath(clientId: string, redirectUri: string): string {
	const query = new URLSearchParams({
		response_type: "code",
		client_id: clientId,
		scope: "openid",
		redirect_uri: redirectUri,
		state: "portico-doctor",
		code_challenge: "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
		code_challenge_method: "S256",
	});
	return `/oauth2/authorize?${query}`;
}

/** Of the first node that gives one. */
async function responseOfSome(doctor: DoctorSession, service: DeployedService, path: string): Promise<HttpResponse | null> {
	for (const member of servletMembersWith(doctor.deployment, service, path.replace(/\?.*/s, ""))) {
		const reply = await doctor.member(service, member, path);
		if (reply.kind === "response") return reply;
	}
	return null;
}

async function ofPortal(doctor: DoctorSession, service: DeployedService, portal: string): Promise<Finding[]> {
	// As shipped, `customUrl` takes the field for a host: what a client behind Portico would get.
	const begun = await Promise.all(
		servletMembersWith(doctor.deployment, service, `/${portal}`).map(async (member) => {
			const reply = await doctor.member(service, member, `/${portal}/services/auth/login`, [["X-Forwarded-For", EXAMPLE_CLIENT]]);
			const location = reply.kind === "response" ? reply.headers.get("location") : undefined;
			return location === undefined ? [] : { member, request: reply.request, location };
		}),
	);
	const [first, ...others] = begun.flat();
	if (first === undefined) {
		doctor.noteSkipped("callback", `${service.plan.name}, ${portal}`, "services/auth/login redirects nowhere");
		return [];
	}
	const findings = [first, ...others].flatMap((each) => portalLoginFindings(doctor.deployment, service, portal, each));
	const authorize = URL.parse(first.location);
	if (findings.length > 0 || authorize === null) return findings;
	// What is registered stands in the database that the nodes share.
	const reply = await doctor.member(service, first.member, authorize.pathname.replace(/^.*(?=\/oauth2\/)/, "") + authorize.search);
	return reply.kind === "response" ? registeredFindings(service, reply, portalCallback(service, portal)) : findings;
}

interface Begun {
	readonly member: DeployedMember;
	readonly request: string;
	readonly location: string;
}

function portalLoginFindings(
	deployment: Deployment,
	service: DeployedService,
	portal: string,
	{ member, request, location }: Begun,
): Finding[] {
	const callback = URL.parse(location)?.searchParams.get("redirect_uri") ?? null;
	// The browser brings what tells whose path it is.
	if (callback === null || ["served", "bare"].includes(reachOf(deployment, service, callback))) return [];
	const evidence = [{ request, result: `Location: ${shownUrl(location)}` }];
	const what = "Logins of portals come back to an address that is not public";
	return [
		finding(KINDS, "callback.host", {
			service: service.plan.name,
			nodes: [member.plan.node],
			what,
			evidence,
			remedies: [publicName(service), portalUrl(service, portal)],
		}),
	];
}

async function ofApplication(doctor: DoctorSession, service: DeployedService, application: ApplicationFacts): Promise<Finding[]> {
	let findings: Finding[] = [];
	for (const path of authorizePaths(service, application)) {
		const begun = await responseOfSome(doctor, service, path);
		findings = begun === null ? [] : registeredFindings(service, begun, applicationCallback(service, application));
		if (findings.length === 0) return [];
	}
	return findings;
}

function registeredFindings(
	service: DeployedService,
	{ request, headers }: Pick<HttpResponse, "request" | "headers">,
	remedy: Finding["remedies"][number],
): Finding[] {
	const location = headers.get("location") ?? "";
	const code = URL.parse(location, "https://relative.invalid")?.searchParams.get("oauthErrorCode");
	if (code !== "invalid_callback") return [];
	const evidence = [{ request, result: `Location: ${shownUrl(location)}` }];
	return [
		finding(KINDS, "callback.registered", {
			service: service.plan.name,
			nodes: [],
			what: "Another callback is registered than the public one",
			evidence,
			remedies: [remedy],
		}),
	];
}
