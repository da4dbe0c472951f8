import { soleParameter } from "../affinity/flowParameters.ts";
import { soleCookie } from "../http/cookie.ts";
import type { HeaderList } from "../http/headers.ts";
import type { ServicePlan } from "../plan/service.ts";
import { CookieNames } from "./cookieNames.ts";

/**
 * Where a request may name the login that it goes on with: WSO2's own pages, and what a federated identity provider sends back of what it was given (`state` is
 * `<sessionDataKey>,OIDC`).
 */
const PARAMETERS = ["sessionDataKey", "state", "RelayState"];
const KEY = /^[\w.-]{8,128}$/;

/**
 * Whether the client has the cookie that a login of this service leaves, `is.sessionNonceCookie-<sessionDataKey>`, for a login that the query or form
 * names.
 *
 * @param parameters a query with its `?`, an urlencoded body, or empty
 */
export function hasLoginCookie(service: ServicePlan, parameters: string, headers: HeaderList): boolean {
	const names = CookieNames.of(service);
	for (const parameter of PARAMETERS) {
		const key = soleParameter(parameters, parameter)?.replace(/,.*$/s, "") ?? "";
		if (!KEY.test(key)) continue;
		for (const beginning of service.cookies.piling) if (soleCookie(headers, names.clientName(beginning + key)) !== null) return true;
	}
	return false;
}
