/** As much of oidc-provider, which has no types of its own, as the play needs. */
declare module "oidc-provider" {
	import type { RequestListener } from "node:http";

	export default class Provider {
		/** X-Forwarded-Proto and X-Forwarded-Host are believed. */
		proxy: boolean;
		constructor(issuer: string, configuration: object);
		callback(): RequestListener;
	}
}
