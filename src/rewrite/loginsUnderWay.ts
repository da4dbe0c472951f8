import { soleParameter } from "../affinity/flowParameters.ts";
import { soleCookie } from "../http/cookie.ts";
import type { HeaderList } from "../http/headers.ts";
import type { ServicePlan } from "../plan/service.ts";
import { CookieNames } from "./cookieNames.ts";

const KEY = /^[\w.-]{8,128}$/;

/**
 * Whether the client has the cookie that a login of this service leaves, `is.sessionNonceCookie-<sessionDataKey>`, for a login that the query or form
 * names: as the product's own pages do, or as a federated identity provider sends back what it was given.
 *
 * @param parameters a query with its `?`, an urlencoded body, or empty
 */
export function hasLoginCookie(service: ServicePlan, parameters: string, headers: HeaderList): boolean {
	const names = CookieNames.of(service);
	const { keys, returnedIn } = service.logins;
	for (const parameter of [...keys.slice(0, 1), ...returnedIn]) {
		const key = soleParameter(parameters, parameter)?.replace(/,.*$/s, "") ?? "";
		if (!KEY.test(key)) continue;
		for (const beginning of service.cookies.piling) if (soleCookie(headers, names.clientName(beginning + key)) !== null) return true;
	}
	return false;
}
