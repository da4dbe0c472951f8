import assert from "node:assert/strict";
import { stringify } from "yaml";
import { loadText } from "../config/load.ts";
import { HeaderList } from "../http/headers.ts";
import type { Answer } from "./ask.ts";
import { type Deployment, type SiteMember, type SiteService, siteOf } from "./site.ts";

/** Identity Server behind `/is-` and API Manager on a host of its own; a test names what differs. */
export async function siteWith({
	is = {},
	apim = {},
	...rest
}: { readonly is?: object; readonly apim?: object } & Readonly<Record<string, unknown>> = {}): Promise<Deployment> {
	const config = {
		public: "https://sso.example.com",
		listeners: [{ address: "127.0.0.1:8080" }],
		services: {
			is: { product: "wso2-is", prefix: "/is-", nodes: [{ name: "is-1", host: "10.0.0.11" }], ...is },
			apim: { product: "wso2-apim", host: "api.example.com", nodes: [{ name: "apim-1", host: "10.0.1.11" }], ...apim },
		},
		...rest,
	};
	const loaded = await loadText("portico.yaml", stringify(config), {}, Date.now());
	if (!("plan" in loaded)) assert.fail(JSON.stringify(loaded.problems));
	return siteOf(loaded.plan, null);
}

export function serviceOf({ services }: Deployment, name: string): SiteService {
	return services.find(({ plan }) => plan.name === name) ?? assert.fail(name);
}

export function memberOf(service: SiteService, name: string): SiteMember {
	return service.members.find(({ plan }) => plan.name === name) ?? assert.fail(name);
}

export function answerWith(fields: readonly (readonly [name: string, value: string])[], rest: Partial<Answer> = {}): Answer {
	const headers = HeaderList.of(...fields);
	const asked = "GET https://sso.example.com/";
	return { kind: "answer", asked, status: 200, headers, body: "", sentAt: 0, answeredAt: 0, from: "10.0.0.5", ...rest };
}
