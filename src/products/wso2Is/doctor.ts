import { CARBON_DOCTOR } from "../carbon/doctor.ts";
import type { DoctorFacts } from "../doctorFacts.ts";

export const doctor: DoctorFacts = {
	...CARBON_DOCTOR,
	calledAs: "Identity Server",
	home: "<IS_HOME>",
	scripts: [{ path: "bin/wso2server.sh" }],
	tomlSince: "5.9",
	valveKeySince: "6.0",
	exampleHost: "login.example.com",
	hasSamlMetadata: true,
	portals: [],
	applications: [
		{ id: "MY_ACCOUNT", name: "myaccount", title: "My Account", since: "5.11" },
		{ id: "CONSOLE", name: "console", title: "Console", since: "5.11" },
	],
	apiLists: [],
	redirectedContexts: ["/myaccount", "/carbon", "/authenticationendpoint"],
	homePages: [{ path: "/myaccount" }],
};
