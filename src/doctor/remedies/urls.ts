/** Settings for the URLs that a product writes. WSO2 builds them only from its configuration (`ServiceURLBuilder`), so no header of Portico changes them. */
import { mainMapping } from "../../plan/service.ts";
import type { ApplicationFacts } from "../../products/doctorFacts.ts";
import { isIn } from "../../products/version.ts";
import { type DeployedService, publicUrlOf } from "../deployment.ts";
import type { Remedy } from "../finding.ts";
import { elsewhere, homeOf, inFile, inPortico, inProduct, usesToml } from "./product.ts";

interface PublicPlace {
	readonly host: string;
	readonly port: number;
	/** `/is`, or empty. */
	readonly path: string;
}

function placeOf({ plan }: DeployedService): PublicPlace {
	const url = new URL(plan.publicOrigin);
	const { from = "", to = "" } = mainMapping(plan) ?? {};
	return { host: url.hostname, port: Number(url.port) || (url.protocol === "https:" ? 443 : 80), path: to === "" ? from : "" };
}

/** `hostname` and `proxyPort`, and the path of a slash prefix. */
export function publicName(service: DeployedService): Remedy {
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

/** The path in front of the node's own paths: that of a slash prefix, or none. */
export function contextPath(service: DeployedService): Remedy {
	const { path } = placeOf(service);
	const lines = { toml: `[server]\nproxy_context_path = "${path}"`, xml: `<ProxyContextPath>${path}</ProxyContextPath>` };
	return inProduct(service, { toml: lines.toml, xml: ["carbon.xml", lines.xml] }, path === "" ? "By default, it is empty." : undefined);
}

/** `/is-samlsso`, in which the prefix is no folder. */
export const hasDashPrefix = ({ plan }: DeployedService): boolean => plan.mappings.some(({ from }) => from.endsWith("-"));

/** Alternatives to a dash prefix, which a product cannot be configured for. */
export function otherPrefix({ plan, product }: DeployedService): Remedy {
	return inPortico(
		`services:\n  ${plan.name}:\n    host: ${product.doctor.exampleHost}      # a host of its own, without prefix\n    # or: prefix: /${plan.name}/   # a path, which proxy_context_path can express`,
		"The product cannot write URLs with a dash prefix. Only Portico's rewriting of bodies can.",
	);
}

/**
 * `iss` of tokens, and `issuer` of the discovery document.
 *
 * @param qualifier `/t/acme`, or empty
 */
export function issuer(service: DeployedService, qualifier: string): Remedy {
	const url = publicUrlOf(service, `${qualifier}/oauth2/token`);
	if (qualifier !== "") return residentProvider(qualifier, "OAuth2/OpenID Connect, Identity Provider Entity ID", url);
	return inProduct(
		service,
		{
			toml: `[oauth.oidc.id_token]\nissuer = "${url}"`,
			xml: ["identity/identity.xml", `<!-- below OAuth, OpenIDConnect -->\n<IDTokenIssuerID>${url}</IDTokenIssuerID>`],
		},
		`If the resident identity provider has an entity ID of its own, that one counts. Set it to ${url} in the console (Identity Providers, Resident, OAuth2/OpenID Connect).`,
	);
}

/** Settings of a tenant are not in a file. */
function residentProvider(qualifier: string, field: string, value: string): Remedy {
	const tenant = qualifier.slice("/t/".length);
	const place = `console, as an administrator of tenant ${tenant}: Identity Providers, Resident, ${field}`;
	return elsewhere(place, value, "If it is empty or unchanged, the tenant uses `hostname` and `proxyPort`.");
}

/**
 * The address at which Identity Server accepts SAML messages.
 *
 * @param qualifier `/t/acme`, or empty
 */
export function samlDestination(service: DeployedService, qualifier: string): Remedy {
	const url = publicUrlOf(service, `${qualifier}/samlsso`);
	if (qualifier !== "") return residentProvider(qualifier, "SAML2 Web SSO, Destination URLs", url);
	return inProduct(
		service,
		{
			toml: `[saml.endpoints]\nidp_url = "${url}"`,
			xml: ["identity/identity.xml", `<!-- below SSOService -->\n<IdentityProviderURL>${url}</IdentityProviderURL>`],
		},
		`The Destination URLs of the resident identity provider (console: Identity Providers, Resident, SAML2 Web SSO) must include ${url}, without a port if it is 443.`,
	);
}

/** The portals' own address: `app.customUrl` in a settings file of each. */
export function portalUrl(service: DeployedService, portal: string): Remedy {
	const folder = portal === "devportal" ? "theme" : "conf";
	const isJson = isIn(service.version, { since: "4.1" });
	const [root, file] = isJson ? ["webapps", "settings.json"] : ["jaggeryapps", "settings.js"];
	return elsewhere(
		`${homeOf(service)}/repository/deployment/server/${root}/${portal}/site/public/${folder}/${file}`,
		isJson
			? '"app": {\n    "customUrl": {\n        "enabled": true,\n        "forwardedHeader": "X-Forwarded-Host"\n    }\n}'
			: "app: {\n    customUrl: {\n        enabled: true,\n        forwardedHeader: 'X-Forwarded-Host',\n    },\n},",
		`In addition to the other keys of \`app\`. Portico sends X-Forwarded-Host: ${service.plan.hosts[0] ?? ""}; as shipped, the header is X-Forwarded-For, which contains an address. Without customUrl, the portals use the server's own name. (API Manager 4.1 and later: settings.json below webapps; those before: settings.js below jaggeryapps.)`,
	);
}

/** Addresses of the gateway in the developer portal. */
export function gatewayEnvironment(service: DeployedService): Remedy {
	const { host, port, path } = placeOf(service);
	const at = `${host}${port === 443 ? "" : `:${port}`}${path}`;
	const websub = isIn(service.version, { since: "4.0" }) ? `\nwebsub_event_receiver_https_endpoint = "https://${at}"` : "";
	return inProduct(
		service,
		{
			toml: `[[apim.gateway.environment]]\n# in addition to its other keys\nhttps_endpoint = "https://${at}"\nhttp_endpoint = "http://${host}${path}"\nwss_endpoint = "wss://${at}"${websub}`,
			xml: ["api-manager.xml", `<!-- below Environments, Environment -->\n<GatewayEndpoint>https://${at}</GatewayEndpoint>`],
		},
		"On the nodes that have the publisher and the developer portal.",
	);
}

/** The callback that a portal registered at its first login never changes by itself. */
export function portalCallback(service: DeployedService, portal: string): Remedy {
	const base = `${service.plan.publicOrigin}${placeOf(service).path}/${portal}/services/auth/callback`;
	const literal = literally(base);
	return elsewhere(
		usesToml(service)
			? `/carbon, Service Providers, apim_${portal}, OAuth/OpenID Connect, Callback Url`
			: `/carbon, Service Providers, ${portal}`,
		`regexp=(${literal}/login|${literal}/logout)`,
		"Or delete the service provider; the next login registers it again.",
	);
}

/** Console and My Account, for the super tenant, tenants and organizations. */
export function applicationCallback(service: DeployedService, { id, name, title }: ApplicationFacts): Remedy {
	const base = literally(service.plan.publicOrigin + placeOf(service).path);
	const callback = `regexp=(${base}/${name}|${base}/t/(.*)/${name}|${base}/o/(.*)/${name})`;
	if (!isIn(service.version, { since: "7.0" }))
		return elsewhere(`/carbon, Service Providers, ${title}, OAuth/OpenID Connect, Callback Url`, callback);
	return inFile(
		service,
		"deployment.toml",
		`[${name}]\ncallback_url = "${callback.replaceAll("\\", "\\\\")}"`,
		`The callback is registered when a node starts for the first time. If it is already registered, change it in the application ${id} of the console.`,
	);
}

/** In a regular expression. */
const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
