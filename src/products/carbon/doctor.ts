/** What the doctor knows of every product on WSO2's Carbon server. */
import type { DoctorFacts } from "../doctorFacts.ts";

type Shared = Pick<
	DoctorFacts,
	| "versionPath"
	| "pidFile"
	| "cookiePages"
	| "sessionPages"
	| "readByScripts"
	| "crossSite"
	| "discoveryPaths"
	| "consoles"
	| "disguises"
	| "management"
>;

const COOKIE_PAGES = ["/authenticationendpoint/retry.do", "/accountrecoveryendpoint/recoveraccountrouter.do"];

export const CARBON_DOCTOR: Shared = {
	versionPath: "/services/Version",
	pidFile: "wso2carbon.pid",
	cookiePages: COOKIE_PAGES,
	sessionPages: [...COOKIE_PAGES, "/carbon/admin/login.jsp"],
	readByScripts:
		/(?:^|[^A-Za-z])(?:opbs|CLIENT_ID|\w*SESSION_STATE|\w*session_state|IS_LOGIN_DEFAULT|WSO2_AM_\w+|AM_ID_TOKEN_\w+|MSG\w*|requestedURI|current-breadcrumb)$/,
	crossSite: /(?:^|[^A-Za-z])(?:commonAuthId|opbs|samlssoTokenId|atbv|sessionNonceCookie-.*)$/s,
	discoveryPaths: ["/oauth2/token/.well-known/openid-configuration", "/oauth2/oidcdiscovery/.well-known/openid-configuration"],
	consoles: [
		"/carbon/admin/login.jsp",
		"/services/Version",
		"/registry/resourceContent",
		"/fileupload",
		"/filedownload",
		"/api/health-check/v1.0/health",
	],
	disguises: ["/oauth2/..;/carbon/admin/login.jsp", "/authenticationendpoint/%2e%2e/carbon/admin/login.jsp", "/carbon;x=y/admin/login.jsp"],
	management: [
		"/console",
		"/publisher",
		"/admin",
		"/scim2/Users",
		"/o/scim2/Users",
		"/api/server/v1/applications",
		"/o/api/server/v1/applications",
		"/api/am/publisher",
		"/api/am/admin",
		"/internal/data/v1",
		"/keymanager-operations",
		"/client-registration",
	],
};
