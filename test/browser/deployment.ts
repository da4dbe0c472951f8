import { type Estate, startEstate } from "../../estate/estate.ts";
import { startRelyingParty } from "../../estate/relyingParty.ts";
import { TestAuthority } from "../harness/certs.ts";
import type { Scope } from "../harness/deadline.ts";
import { nodesOf } from "../harness/estateNodes.ts";
import { startPortico } from "../harness/portico.ts";
import { freePorts } from "../harness/ports.ts";
import type { Site } from "./site.ts";

/** Names that lead to 127.0.0.1 in the browser of these tests. */
export const DEPLOYMENT_HOSTS = ["*.example.test"];

export interface DeploymentOptions {
	/** `/is-samlsso`, `/is/samlsso`, or `/samlsso` with a host for each product. */
	readonly form: "dash" | "slash" | "bare";
	/** What nodes take for their own address: `localhost:9443`, or the public one. */
	readonly hostnames: "shipped" | "public";
	readonly rewriteBodies: boolean;
	/** `/carbon` is opened to this machine. */
	readonly consoles?: boolean;
}

/** Two Identity Servers and two API Managers behind one Portico. */
export interface Deployment extends Site {
	readonly estate: Estate;
	/** What stands before a context of each product. */
	readonly is: string;
	readonly apim: string;
	/** Another application, which knows SAML alone and gets its messages by POST. */
	readonly otherParty: string;
	/** Whether portals watch the session of their provider. */
	readonly singleLogout: boolean;
}

type Product = "is" | "apim";
const PREFIXES: Readonly<Record<DeploymentOptions["form"], (product: Product) => string>> = {
	dash: (product) => `/${product}-`,
	slash: (product) => `/${product}/`,
	bare: () => "/",
};

export async function startDeployment(
	scope: Scope,
	{ form, hostnames, rewriteBodies, consoles = false }: DeploymentOptions,
): Promise<Deployment> {
	const authority = await TestAuthority.create();
	const [port = 0] = await freePorts(1);
	const hosts = {
		is: form === "bare" ? "is.example.test" : "sso.example.test",
		apim: form === "bare" ? "apim.example.test" : "sso.example.test",
	};
	const { cert, key } = await authority.issue({ names: [...new Set(Object.values(hosts))] });
	const originOf = (product: Product): string => `https://${hosts[product]}:${port}`;
	const baseOf = (product: Product): string => originOf(product) + PREFIXES[form](product);
	const named = (product: Product): object => (hostnames === "public" ? { publicOrigin: originOf(product) } : {});
	// What WSO2 asks for behind any front door: applications know their callbacks by the public host.
	const callbacks = { is: { applicationOrigin: originOf("is") }, apim: { customUrlHeader: "X-Forwarded-Host" } };
	// A frame of a page that is not rewritten, and knows no prefix, finds no cookie of its product there.
	const singleLogout = rewriteBodies || form === "bare";
	const estate = await startEstate({
		is: { ...named("is"), ...callbacks.is, switches: { consent: true } },
		apim: { ...named("apim"), ...callbacks.apim, switches: { singleLogout } },
		relyingParty: { idp: baseOf("is"), trust: authority.cert, address: "127.0.0.1" },
	});
	scope.after(() => estate.close());
	estate.relyingParty.configure({ signer: estate.trust });
	const otherParty = await startRelyingParty({
		idp: baseOf("is"),
		trust: authority.cert,
		address: "127.0.0.1",
		signer: estate.trust,
		entityId: "demo-saml-sp-2",
	});
	scope.after(() => otherParty.close());
	await federate(estate, baseOf);
	const service = (product: Product): object => ({
		product: `wso2-${product}`,
		prefix: PREFIXES[form](product),
		...(form === "bare" ? { host: `${hosts[product]}:${port}` } : {}),
		trust: "nodes.pem",
		access: { restricted: { allow: ["127.0.0.0/8"] }, ...(consoles ? { restrict: ["/carbon"] } : {}) },
		// Nodes here end and come back before any check could know it.
		health: { check: "off", passive: { connect: 0, timeout: 0, broken: 0, unavailable: 0 }, breaker: "off" },
		rewriteBodies,
		nodes: nodesOf(estate, product),
	});
	const config = {
		public: originOf("is"),
		listeners: [{ address: `127.0.0.1:${port}`, http2: true, tls: { certificates: [{ cert: "sso.pem", key: "sso.key" }] } }],
		services: { is: service("is"), apim: service("apim") },
		accessLog: [],
		workers: 2,
	};
	await startPortico(scope, config, { files: { "sso.pem": cert, "sso.key": key, "nodes.pem": estate.trust } });
	return {
		estate,
		origins: [...new Set([originOf("is"), originOf("apim"), estate.relyingParty.origin, otherParty.origin])],
		relyingParty: estate.relyingParty.origin,
		otherParty: otherParty.origin,
		cleanBodies: rewriteBodies || hostnames === "public",
		is: baseOf("is"),
		apim: baseOf("apim"),
		singleLogout,
	};
}

/**
 * API Manager offers the login of Identity Server, its callback registered there as the products' pages would name it outside. Identity Server sends
 * gzip to everybody.
 */
async function federate(estate: Estate, baseOf: (product: Product) => string): Promise<void> {
	const [provider] = estate.nodes();
	const federation = {
		federatedIdp: baseOf("is"),
		federatedToken: `https://localhost:${provider?.ports.servletHttps}/oauth2/token`,
		federatedCallback: `${baseOf("apim")}commonauth`,
	};
	for (const { name, product } of estate.nodes()) await estate.switch(name, product === "is" ? { gzipAlways: true } : federation);
}
