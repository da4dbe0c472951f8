/**
 * How logins of WSO2's login framework go from page to page. Its own pages pass `sessionDataKey` on (`sessionDataKeyConsent` on the consent page); a federated
 * identity provider sends it back as it was given: `state` is `<sessionDataKey>,OIDC`.
 */
import type { LoginPlan } from "../../plan/service.ts";

export const LOGINS: LoginPlan = {
	keys: ["sessionDataKey", "sessionDataKeyConsent"],
	returnedIn: ["state", "RelayState"],
	lifetime: 600_000,
	pages: ["authenticationendpoint", "accountrecoveryendpoint", "commonauth", "oauth2", "oidc", "samlsso"],
};

export const LEADS_AWAY: readonly string[] = ["/oauth2", "/oidc/logout", "/samlsso", "/slo", "/commonauth", "/passivests"];
