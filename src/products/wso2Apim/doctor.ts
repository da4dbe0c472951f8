import { CARBON_DOCTOR } from "../carbon/doctor.ts";
import type { DoctorFacts } from "../doctorFacts.ts";
import { PORTALS } from "./portals.ts";

export const doctor: DoctorFacts = {
	...CARBON_DOCTOR,
	calledAs: "API Manager",
	home: "<API-M_HOME>",
	scripts: [
		{ path: "bin/wso2server.sh", until: "3.x" },
		{ path: "bin/api-manager.sh", since: "4.0" },
	],
	tomlSince: "3.0",
	valveKeySince: "4.2",
	exampleHost: "api.example.com",
	hasSamlMetadata: false,
	portals: PORTALS.map((name) => ({ name, since: "3.0" })),
	applications: [],
	apiLists: [{ path: "/api/am/store/v1/apis", until: "3.x" }, { path: "/api/am/devportal/v3/apis" }, { path: "/api/am/devportal/v2/apis" }],
	redirectedContexts: ["/devportal", "/publisher", "/carbon", "/authenticationendpoint"],
	homePages: [
		{ path: "/devportal", since: "3.0" },
		{ path: "/devportal/services/settings/settings.js", since: "3.0" },
		{ path: "/store", until: "2.x" },
	],
};
