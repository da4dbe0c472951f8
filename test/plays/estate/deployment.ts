import { Browser } from "../../../estate/browser.ts";
import { type Estate, startEstate } from "../../../estate/estate.ts";
import { TestAuthority } from "../../harness/certs.ts";
import type { Scope } from "../../harness/deadline.ts";
import { nodesOf } from "../../harness/estateNodes.ts";
import { type Portico, startPortico } from "../../harness/portico.ts";
import { freePorts } from "../../harness/ports.ts";

type Form = "dash" | "slash";
/** The demo estate, as shipped, behind Portico under one public host. */
export interface Deployment {
	readonly estate: Estate;
	readonly origin: string;
	readonly portico: Portico;
	/** PEM of the authority of the public side. */
	readonly trust: string;
	/** What stands before a context of each product. */
	readonly is: string;
	readonly apim: string;
	browser(scope: Scope): Browser;
}

/** @param settings the rest of the configuration */
export async function startDeployment(scope: Scope, form: Form, rewriteBodies: boolean, settings: object = {}): Promise<Deployment> {
	const authority = await TestAuthority.create();
	const [{ cert, key }, [port = 0]] = await Promise.all([authority.issue(), freePorts(1)]);
	const origin = `https://localhost:${port}`;
	const end = form === "dash" ? "-" : "/";
	const estate = await startEstate({
		identityServers: 2,
		apiManagers: 2,
		relyingParty: { idp: `${origin}/is${end}`, trust: authority.cert },
	});
	scope.after(() => estate.close());
	estate.relyingParty.configure({ signer: estate.trust });
	const service = (product: "is" | "apim"): object => ({
		product: `wso2-${product}`,
		prefix: `/${product}${end}`,
		trust: "nodes.pem",
		access: { restricted: { allow: ["127.0.0.0/8"] } },
		health: { check: "off" },
		rewriteBodies,
		nodes: nodesOf(estate, product),
	});
	const config = {
		public: origin,
		listeners: [{ address: `127.0.0.1:${port}`, tls: { certificates: [{ cert: "sso.pem", key: "sso.key" }] } }],
		services: { is: service("is"), apim: service("apim") },
		accessLog: [],
		workers: 2,
		...settings,
	};
	const portico = await startPortico(scope, config, { files: { "sso.pem": cert, "sso.key": key, "nodes.pem": estate.trust } });
	const browser = (ofTest: Scope): Browser => {
		const made = new Browser({ trust: authority.cert });
		ofTest.after(() => made.close());
		return made;
	};
	return { estate, origin, portico, trust: authority.cert, is: `${origin}/is${end}`, apim: `${origin}/apim${end}`, browser };
}
