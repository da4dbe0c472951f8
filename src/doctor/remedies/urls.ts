/** Settings that decide which URLs a product writes. WSO2 builds them from configuration alone (`ServiceURLBuilder`): no header of Portico's changes them. */
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

/** What the node puts before its paths: the path of a slash prefix, or nothing. */
export function contextPath(service: DeployedService): Remedy {
	const { path } = placeOf(service);
	const lines = { toml: `[server]\nproxy_context_path = "${path}"`, xml: `<ProxyContextPath>${path}</ProxyContextPath>` };
	return inProduct(service, { toml: lines.toml, xml: ["carbon.xml", lines.xml] }, path === "" ? "As it comes: nothing." : undefined);
}

/** `/is-samlsso`, in which the prefix is no folder. */
export const hasDashPrefix = ({ plan }: DeployedService): boolean => plan.mappings.some(({ from }) => from.endsWith("-"));

/** A product cannot be configured with a dash prefix; with these it can. */
export function otherPrefix({ plan, product }: DeployedService): Remedy {
	return inPortico(
		`services:\n  ${plan.name}:\n    host: ${product.doctor.exampleHost}      # a host of its own, without prefix\n    # or: prefix: /${plan.name}/   # a path, which proxy_context_path can say`,
		"No setting of the product can write URLs below a dash prefix; only Portico's rewriting of bodies can.",
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
		`Where the resident identity provider has an entity ID of its own, that one counts: set it to ${url} in the console (Identity Providers, Resident, OAuth2/OpenID Connect).`,
	);
}

/** Settings of a tenant are no lines of a file. */
function residentProvider(qualifier: string, field: string, value: string): Remedy {
	const tenant = qualifier.slice("/t/".length);
	const place = `console, as an administrator of tenant ${tenant}: Identity Providers, Resident, ${field}`;
	return elsewhere(place, value, "Where it is empty, or as it came, the tenant has what `hostname` and `proxyPort` say.");
}

/**
 * Where Identity Server takes SAML messages.
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
		`Destination URLs that the resident identity provider lists (console: Identity Providers, Resident, SAML2 Web SSO) must have ${url}, without a port where it is 443.`,
	);
}

/** Where the portals say they are: `app.customUrl` of a settings file of each. */
export function portalUrl(service: DeployedService, portal: string): Remedy {
	const folder = portal === "devportal" ? "theme" : "conf";
	const isJson = isIn(service.version, { since: "4.1" });
	const [root, file] = isJson ? ["webapps", "settings.json"] : ["jaggeryapps", "settings.js"];
	return elsewhere(
		`${homeOf(service)}/repository/deployment/server/${root}/${portal}/site/public/${folder}/${file}`,
		isJson
			? '"app": {\n    "customUrl": {\n        "enabled": true,\n        "forwardedHeader": "X-Forwarded-Host"\n    }\n}'
			: "app: {\n    customUrl: {\n        enabled: true,\n        forwardedHeader: 'X-Forwarded-Host',\n    },\n},",
		`Beside what \`app\` has. Portico sends X-Forwarded-Host: ${service.plan.hosts[0] ?? ""}; as shipped the header is X-Forwarded-For, which holds an address. Without customUrl the portals take the server's own name. (API Manager 4.1 and later: settings.json below webapps; those before: settings.js below jaggeryapps.)`,
	);
}

/** Where the developer portal says that the gateway is. */
export function gatewayEnvironment(service: DeployedService): Remedy {
	const { host, port, path } = placeOf(service);
	const at = `${host}${port === 443 ? "" : `:${port}`}${path}`;
	const websub = isIn(service.version, { since: "4.0" }) ? `\nwebsub_event_receiver_https_endpoint = "https://${at}"` : "";
	return inProduct(
		service,
		{
			toml: `[[apim.gateway.environment]]\n# beside what it has\nhttps_endpoint = "https://${at}"\nhttp_endpoint = "http://${host}${path}"\nwss_endpoint = "wss://${at}"${websub}`,
			xml: ["api-manager.xml", `<!-- below Environments, Environment -->\n<GatewayEndpoint>https://${at}</GatewayEndpoint>`],
		},
		"On the nodes that have the publisher and the developer portal.",
	);
}

/** The callback that a portal registered at its first login stays what it was. */
export function portalCallback(service: DeployedService, portal: string): Remedy {
	const base = `${service.plan.publicOrigin}${placeOf(service).path}/${portal}/services/auth/callback`;
	const literal = literally(base);
	return elsewhere(
		usesToml(service)
			? `/carbon, Service Providers, apim_${portal}, OAuth/OpenID Connect, Callback Url`
			: `/carbon, Service Providers, ${portal}`,
		`regexp=(${literal}/login|${literal}/logout)`,
		"Or delete the service provider: the next login registers it anew.",
	);
}

/** Console and My Account, for the super tenant and for tenants and organisations. */
export function applicationCallback(service: DeployedService, { id, name, title }: ApplicationFacts): Remedy {
	const base = literally(service.plan.publicOrigin + placeOf(service).path);
	const callback = `regexp=(${base}/${name}|${base}/t/(.*)/${name}|${base}/o/(.*)/${name})`;
	if (!isIn(service.version, { since: "7.0" }))
		return elsewhere(`/carbon, Service Providers, ${title}, OAuth/OpenID Connect, Callback Url`, callback);
	return inFile(
		service,
		"deployment.toml",
		`[${name}]\ncallback_url = "${callback.replaceAll("\\", "\\\\")}"`,
		`The callback is registered when a node first starts: where it is there already, change it in the application ${id} of the console.`,
	);
}

/** In a regular expression. */
const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
