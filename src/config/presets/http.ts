/** Anything else that speaks HTTP: one pool whose members are the nodes' own URLs, and only the routes of the file. */
import type { Preset } from "./preset.ts";

export const http: Preset = {
	defaultVersion: "0",
	versions: [],
	affinity: "off",
	pools: [{ kind: "http", https: 443, http: 80, pathRules: "servlet", maxBody: 0, sessions: true }],
	contexts: [],
	cookies: [],
	heads: [],
};
