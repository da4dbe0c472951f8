/**
 * Closed-loop load by wrk: one thread, a fixed number of connections, each asking again as soon as it is
 * answered.
 */

import { fileURLToPath } from "node:url";
import { LOAD_CORE, runTool } from "../children.ts";
import type { RequestSpec } from "../rows/row.ts";
import { PUBLIC_HOST } from "../scene.ts";
import { type Load, numberField } from "./load.ts";
import { TLS_ENVIRONMENT } from "./tlsSettings.ts";

const script = fileURLToPath(new URL("wrk.lua", import.meta.url));

export interface WrkOptions {
	readonly request: RequestSpec;
	readonly connections: number;
	/** A new connection for every request. */
	readonly close?: boolean;
}

export function wrk({ request, connections, close }: WrkOptions): Load {
	return async (target, seconds) => {
		const url = `${target.tls ? "https" : "http"}://127.0.0.1:${target.port}${request.path}`;
		const fields = { Host: PUBLIC_HOST, ...(close ? { Connection: "close" } : {}), ...request.headers };
		const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
		if (target.cookies !== "") lines.push(`Cookie: ${target.cookies}`);
		const sizes = ["-t", "1", "-c", String(connections), "-d", `${Math.max(1, Math.round(seconds))}s`, "--timeout", "10s"];
		const parameters = [request.method, ...(request.body === undefined ? [] : [request.body])];
		const command = ["wrk", ...sizes, "-s", script, ...lines.flatMap((line) => ["-H", line]), url, "--", ...parameters];
		const output = await runTool(command, LOAD_CORE, (seconds + 30) * 1000, TLS_ENVIRONMENT);
		const json: unknown = JSON.parse(/^JSON (.*)$/m.exec(output)?.[1] ?? "null");
		const field = (name: string): number => numberField(json, name);
		return {
			completed: field("requests"),
			seconds: field("micros") / 1e6,
			p50: field("p50"),
			p99: field("p99"),
			errors: field("errors"),
			bytes: field("bytes"),
		};
	};
}
