import type { DoctorFacts } from "../doctorFacts.ts";

/** Nothing is known of what serves there, so there is nothing to request of it. */
export const doctor: DoctorFacts = {
	calledAs: "",
	versionPath: "/",
	home: "<PRODUCT_HOME>",
	scripts: [],
	pidFile: "",
	tomlSince: "0",
	valveKeySince: "0",
	exampleHost: "app.example.com",
	hasSamlMetadata: false,
	portals: [],
	applications: [],
	apiLists: [],
	redirectedContexts: [],
	homePages: [],
	cookiePages: [],
	sessionPages: [],
	readByScripts: /(?!)/,
	crossSite: /(?!)/,
	discoveryPaths: [],
	consoles: [],
	disguises: [],
	management: [],
};
