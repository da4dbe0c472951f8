/**
 * Anything else that speaks HTTP: one pool whose members are the nodes' own URLs, and only the routes of the file. Nothing is checked unless the file says
 * so. Where the file turns `affinity.flows` on, the product behind it may well be one of WSO2's that has no preset, so their logins are looked for.
 */

import { LEADS_AWAY, LOGINS } from "../carbon/logins.ts";
import type { Product } from "../product.ts";
import { doctor } from "./doctor.ts";

export const http: Product = {
	isFree: true,
	defaultVersion: "",
	versions: [],
	affinity: "off",
	slowStart: 0,
	pools: [
		{
			kind: "http",
			https: 443,
			http: 80,
			pathRules: "servlet",
			maxBody: 0,
			maxRequests: 250,
			keepAliveRequests: 1_000_000,
			sessions: true,
			health: { endpoints: [], gatedBy: null, failures: { connect: 0, timeout: 0, broken: 0, unavailable: 0, serverError: 0 } },
		},
	],
	contexts: [],
	qualifiers: [{ path: "" }],
	cookies: [],
	roles: [],
	heads: [],
	logins: LOGINS,
	leadsAway: LEADS_AWAY,
	queryValues: [],
	publicOriginSetting: () => "the public origin in the application's own configuration",
	doctor,
};
