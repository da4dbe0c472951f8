/** The error for a request to a host that is not served, with what the client and the log get to know. */
import { PorticoError } from "../errors.ts";
import type { Plan } from "../plan/plan.ts";
import type { ServicePlan } from "../plan/service.ts";
import { hostsAt, listenersOf } from "../route/hostBindings.ts";
import type { AdmittedRequest } from "./request.ts";

/** The part of a plan with the served hosts. */
interface Served extends Pick<Plan, "publicOrigin"> {
	readonly services: readonly Pick<ServicePlan, "hosts" | "bindings">[];
}

/** Further hosts are counted instead of listed. */
const NAMED = 10;

/**
 * The client gets the host that it requested. Only the log gets the hosts that are served.
 *
 * @param listener name of the listener of the request; null: it serves every host
 */
export function misdirected(
	request: Pick<AdmittedRequest, "authority" | "secure">,
	{ services, publicOrigin }: Served,
	listener: string | null,
): PorticoError {
	const { authority, secure } = request;
	const asked = withPort(authority, secure);
	const elsewhere = listenersOf(services, authority);
	const at = listener === null || elsewhere === null ? "" : ` at ${listener}; it is served only at ${elsewhere.join(" and ")}`;
	const served = [...new Set(services.flatMap((service) => hostsAt(service, listener)))].map((host) =>
		withPort(host, publicOrigin.startsWith("https:")),
	);
	const more = served.length > NAMED ? ` and ${served.length - NAMED} more` : "";
	return new PorticoError("misdirected_request", {
		detail: "host.unknown",
		publicDetail: `The request was for ${asked}.`,
		cause: new Error(`request for ${asked}${at}; served here: ${served.slice(0, NAMED).join(", ")}${more}`),
	});
}

function withPort(authority: string, secure: boolean): string {
	return /:\d+$/.test(authority) ? authority : `${authority}:${secure ? 443 : 80}`;
}
