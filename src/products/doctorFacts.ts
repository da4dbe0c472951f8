/** What `portico doctor` has to know of a product to look at its nodes, and to write the lines that fix them. Data only: the checks are in src/doctor/. */
import type { Versioned } from "./version.ts";

export interface DoctorFacts {
	/** Its name in the response of {@link versionPath}: `Identity Server` of `WSO2 Identity Server-7.0.0`. */
	readonly calledAs: string;
	/** Names product and version, for anyone who asks. */
	readonly versionPath: string;
	/** How its documentation writes the folder it is installed in: `<IS_HOME>`. */
	readonly home: string;
	/** Below that, what starts it. */
	readonly scripts: readonly (Versioned & { readonly path: string })[];
	/** Below that, the file with the number of its process. */
	readonly pidFile: string;
	/** First version that is configured in deployment.toml; the ones before have an XML file for each part. */
	readonly tomlSince: string;
	/** First version that has a key of its own for RemoteIpValve, which puts it before the valves that authenticate. */
	readonly valveKeySince: string;
	/** For examples of a host of its own. */
	readonly exampleHost: string;
	/** It issues SAML assertions, so every node has metadata. */
	readonly hasSamlMetadata: boolean;
	/** Names of the web applications with a login and a settings page of their own. */
	readonly portals: readonly (Versioned & { readonly name: string })[];
	/** OAuth applications that come registered. */
	readonly applications: readonly (Versioned & ApplicationFacts)[];
	/** Lists of the developer portal's REST API, in the order in which they are tried. */
	readonly apiLists: readonly (Versioned & { readonly path: string })[];
	/** Contexts without their last slash: Tomcat redirects to it, by the request's own scheme and host. */
	readonly redirectedContexts: readonly string[];
	/** Pages that anyone may open. */
	readonly homePages: readonly (Versioned & { readonly path: string })[];
	/** Pages of the login framework that set cookies and need nothing. */
	readonly cookiePages: readonly string[];
	/** Pages that make sessions, and need nothing. */
	readonly sessionPages: readonly string[];
	/** Names of cookies that browsers' code reads. A name may have the service's tag before it. */
	readonly readByScripts: RegExp;
	/** Names of cookies that requests from other sites have to bring. */
	readonly crossSite: RegExp;
	/** Where a discovery document of OpenID Connect may be; the first one that a node has counts. */
	readonly discoveryPaths: readonly string[];
	/** Paths that nobody outside may reach. */
	readonly consoles: readonly string[];
	/** The same paths, written so that only a servlet container reads them as such. */
	readonly disguises: readonly string[];
	/** Paths for operators. */
	readonly management: readonly string[];
}

export interface ApplicationFacts {
	/** Its client id. */
	readonly id: string;
	/** Its context, and its section of deployment.toml: `myaccount`. */
	readonly name: string;
	readonly title: string;
}
