import assert from "node:assert/strict";
import { stringify } from "yaml";
import { loadText } from "../config/load.ts";
import { HeaderList } from "../http/headers.ts";
import { type DeployedMember, type DeployedService, type Deployment, deploymentOf } from "./deployment.ts";
import type { HttpResponse } from "./request.ts";

/** Identity Server behind `/is-` and API Manager on a host of its own; a test names what differs. */
export async function deploymentWith({
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
	return deploymentOf(loaded.plan, null);
}

export function serviceOf({ services }: Deployment, name: string): DeployedService {
	return services.find(({ plan }) => plan.name === name) ?? assert.fail(name);
}

export function memberOf(service: DeployedService, name: string): DeployedMember {
	return service.members.find(({ plan }) => plan.name === name) ?? assert.fail(name);
}

export function responseWith(fields: readonly (readonly [name: string, value: string])[], rest: Partial<HttpResponse> = {}): HttpResponse {
	const headers = HeaderList.of(...fields);
	const request = "GET https://sso.example.com/";
	return { kind: "response", request, status: 200, headers, body: "", sentAt: 0, respondedAt: 0, from: "10.0.0.5", ...rest };
}
