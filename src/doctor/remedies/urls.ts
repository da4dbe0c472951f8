/** Settings that decide which URLs a product writes. WSO2 builds them from configuration alone (`ServiceURLBuilder`): no header of Portico's changes them. */
import type { Remedy } from "../finding.ts";
import { publicUrlOf, type SiteService } from "../site.ts";
import { elsewhere, homeOf, inPortico, inProduct, usesToml } from "./product.ts";

interface PublicPlace {
	readonly host: string;
	readonly port: number;
	/** `/is`, or empty. */
	readonly path: string;
}

function placeOf({ plan }: SiteService): PublicPlace {
	const url = new URL(plan.publicOrigin);
	const { from = "", to = "" } = plan.mappings[0] ?? {};
	return { host: url.hostname, port: Number(url.port) || (url.protocol === "https:" ? 443 : 80), path: to === "" ? from : "" };
}

/** `hostname` and `proxyPort`, and the path of a slash prefix. */
export function publicName(service: SiteService): Remedy {
	const { host, port, path } = placeOf(service);
	const toml = [
		"[server]",
		`hostname = "${host}"`,
		...(path === "" ? [] : [`proxy_context_path = "${path}"`]),
		"",
		"[transport.https.properties]",
		`proxyPort = ${port}`,
	];
	const context = path === "" ? "" : `\n<ProxyContextPath>${path}</ProxyContextPath>`;
	const carbon = `<HostName>${host}</HostName>\n<MgtHostName>${host}</MgtHostName>${context}`;
	const connector = `<!-- tomcat/catalina-server.xml: the connector of port 9443 -->\n<Connector port="9443" proxyPort="${port}" … />`;
	return inProduct(service, { toml: toml.join("\n"), xml: ["carbon.xml", `${carbon}\n${connector}`] });
}

/** A dash prefix cannot be told to a product; these can. */
export function otherPrefix({ plan }: SiteService): Remedy {
	const host = plan.product === "wso2-is" ? "login.example.com" : "api.example.com";
	return inPortico(
		`services:\n  ${plan.name}:\n    host: ${host}      # a host of its own, without prefix\n    # or: prefix: /${plan.name}/   # a path, which proxy_context_path can say`,
		"No setting of the product can write URLs below a dash prefix; only Portico's rewriting of bodies can.",
	);
}

/** `iss` of tokens, and `issuer` of the discovery document. */
export function issuer(service: SiteService): Remedy {
	const url = publicUrlOf(service, "/oauth2/token");
	return inProduct(
		service,
		{
			toml: `[oauth.oidc.id_token]\nissuer = "${url}"`,
			xml: ["identity/identity.xml", `<!-- below OAuth, OpenIDConnect -->\n<IDTokenIssuerID>${url}</IDTokenIssuerID>`],
		},
		`Where the resident identity provider has an entity ID of its own, that one counts: set it to ${url} in the console (Identity Providers, Resident, OAuth2/OpenID Connect).`,
	);
}

/** Where Identity Server takes SAML messages. */
export function samlDestination(service: SiteService): Remedy {
	const url = publicUrlOf(service, "/samlsso");
	return inProduct(
		service,
		{
			toml: `[saml.endpoints]\nidp_url = "${url}"`,
			xml: ["identity/identity.xml", `<!-- below SSOService -->\n<IdentityProviderURL>${url}</IdentityProviderURL>`],
		},
		`Destination URLs that the resident identity provider lists (console: Identity Providers, Resident, SAML2 Web SSO) must have ${url}, without a port where it is 443.`,
	);
}

/** Where the portals say they are. */
export function portalUrl(service: SiteService, portal: string): Remedy {
	const { plan } = service;
	const file = portal === "devportal" ? "site/public/theme/settings.json" : "site/public/conf/settings.json";
	return elsewhere(
		`${homeOf(service)}/repository/deployment/server/webapps/${portal}/${file}`,
		'"customUrl": {\n    "enabled": true,\n    "forwardedHeader": "X-Forwarded-Host"\n},',
		`Portico sends X-Forwarded-Host: ${plan.hosts[0] ?? ""}. As shipped the header is X-Forwarded-For, which holds an address. Without customUrl the portals take the server's own name.`,
	);
}

/** Where the developer portal says that the gateway is. */
export function gatewayEnvironment(service: SiteService): Remedy {
	const { host, port, path } = placeOf(service);
	const at = `${host}${port === 443 ? "" : `:${port}`}${path}`;
	return inProduct(
		service,
		{
			toml: `[[apim.gateway.environment]]\n# beside what it has\nhttps_endpoint = "https://${at}"\nhttp_endpoint = "http://${host}${path}"\nwss_endpoint = "wss://${at}"\nwebsub_event_receiver_https_endpoint = "https://${at}"`,
			xml: ["api-manager.xml", `<!-- below Environments, Environment -->\n<GatewayEndpoint>https://${at}</GatewayEndpoint>`],
		},
		"On the nodes that have the publisher and the developer portal.",
	);
}

/** The callback that a portal registered at its first login stays what it was. */
export function portalCallback(service: SiteService, portal: string): Remedy {
	const base = `${service.plan.publicOrigin}${placeOf(service).path}/${portal}/services/auth/callback`;
	const literal = base.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
	return elsewhere(
		usesToml(service)
			? `/carbon, Service Providers, apim_${portal}, OAuth/OpenID Connect, Callback Url`
			: `/carbon, Service Providers, ${portal}`,
		`regexp=(${literal}/login|${literal}/logout)`,
		"Or delete the service provider: the next login registers it anew.",
	);
}

export function applicationCallback(service: SiteService, application: string): Remedy {
	const name = application === "CONSOLE" ? "console" : "myaccount";
	return inProduct(
		service,
		{
			toml: `[${name}]\ncallback_url = "${service.plan.publicOrigin}${placeOf(service).path}/${name}"`,
			xml: ["carbon.xml", `<HostName>${placeOf(service).host}</HostName>`],
		},
		`The callback is registered when a node first starts: where it is there already, change it in the application ${application} of the console.`,
	);
}
