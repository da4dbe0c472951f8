/** Where the rows of the presets come from: what WSO2 publishes, and what its users found out. The keys stand in the tables. */
export const SOURCES = {
	OAuthConstants: "wso2-extensions/identity-inbound-auth-oauth, `OAuthConstants.java`: the endpoints of OAuth 2.0 and OpenID Connect",
	"identity.xml":
		"`identity.xml.j2` in wso2/product-apim: its `ResourceAccessControl` is Identity Server's list of contexts, which API Manager embeds",
	"access control":
		"`resource-access-control-v2.xml.j2` and `default.json` in wso2/carbon-identity-framework: who may use which path of Identity Server, and in which tenant and organization forms",
	"My Account": "`app.ts` of My Account in wso2/identity-apps: the APIs that it requests from the browser, with its user's token",
	packs: "`bin.xml` of each release of wso2/product-is and wso2/product-apim: the web applications in the pack",
	"trusted apps": "WSO2's documentation of passkeys and trusted apps: URLs that operators have to map, new in 7.1",
	"oauth endpoints": "the `@Path` of the endpoints in wso2-extensions/identity-inbound-auth-oauth, by release",
	"api-manager.xml": "`api-manager.xml.j2` and `default.json` of wso2/carbon-apimgt: APIs of the gateway itself",
	"web.xml": "`web.xml` of the API resources in wso2/product-is",
	"init-url.jsp": "`init-url.jsp` of the login pages in wso2/identity-apps",
	"network security":
		"WSO2's guidelines for network-level security: keep `/carbon` and `/services` off the proxy, allow only what is needed",
	"carbon-health-check": "README of wso2-extensions/carbon-health-check: to be blocked at the load balancer",
	discovery: "the discovery documents that WSO2's Helm chart and clients ask for (wso2/product-is issue 4276)",
	"app-native login": "WSO2's documentation of app-native authentication, new in 7.0",
	"product-is 12420": "wso2/product-is issue 12420: Console and My Account, from 5.11",
	"product-is 12024": "wso2/product-is issue 12024: the user portal of 5.10",
	"product-is 8353": "wso2/product-is issue 8353: dashboard and portal, up to 5.9",
	portals: "the web applications in wso2/product-apim, and `constants.jsp` of the portals in wso2/apim-apps",
	"product-apim 1889": "wso2/product-apim issue 1889: the store of 2.x",
	"token APIs":
		"`_TokenAPI_.xml`, `_RevokeAPI_.xml`, `_AuthorizeAPI_.xml` and `_UserInfoAPI_.xml` in the 2.x and 3.x branches of wso2/product-apim",
	"default.json": "`default.json` and `deployment.toml` of wso2/product-apim: ports, and `rest_uri_api_regex` of API contexts",
	"product-apim 14245":
		"wso2/product-apim pull request 14245: heads of 32 KiB, since the scopes of a login do not fit into 8; it comes to older versions with updates",
	"health pages": "API Manager's documentation of health checks, 3.2 to 4.6",
	"carbon-apimgt 12661": "wso2/carbon-apimgt pull request 12661: health of the traffic ports, 4.4 and patched versions before",
	"carbon-apimgt": "wso2/carbon-apimgt: the event receiver of WebSub APIs, new in 4.0",
	"default ports": "WSO2's documentation of default ports; `default.json` of wso2/carbon-kernel",
	kernel: "`context.xml.j2` and `default.json` of wso2/carbon-kernel",
	framework: "`FrameworkUtils.java` and `SessionNonceCookieUtil.java` of wso2/carbon-identity-framework",
	"session state": "`DefaultOIDCSessionStateManager.java` of wso2-extensions/identity-inbound-auth-oauth",
	"token binding": "`CookieBasedTokenBinder.java` of wso2-extensions/identity-inbound-auth-oauth",
	"SAML servlet": "`SAMLSSOProviderServlet.java` of wso2-extensions/identity-inbound-auth-saml",
	"language switcher": "`language-switcher.jsp` and `localize.jsp` of the login pages in wso2/identity-apps",
	"cookie policy": "`cookie-policy-content.jsp` of wso2/identity-apps",
	"login_callback.jsp": "`login_callback.jsp` and `idp.jsp` of the portals in wso2/apim-apps",
} as const satisfies Readonly<Record<string, string>>;

export type SourceId = keyof typeof SOURCES;
