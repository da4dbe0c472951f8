/** Closed-loop load by wrk: one thread, a fixed number of connections, each asking again as soon as it is answered. */

import { fileURLToPath } from "node:url";
import { LOAD_CORE, runTool } from "../children.ts";
import { PUBLIC_HOST } from "../scene.ts";
import { type Load, numberField } from "./load.ts";

const script = fileURLToPath(new URL("wrk.lua", import.meta.url));

export interface WrkOptions {
	readonly path: string;
	readonly connections: number;
	readonly post?: boolean;
	/** A new connection for every request. */
	readonly close?: boolean;
	/** Accept-Encoding. */
	readonly accept?: string;
}

export function wrk(options: WrkOptions): Load {
	return async (target, seconds) => {
		const url = `${target.tls ? "https" : "http"}://127.0.0.1:${target.port}${options.path}`;
		const headers = [
			"-H",
			`Host: ${PUBLIC_HOST}`,
			...(options.close ? ["-H", "Connection: close"] : []),
			...(options.accept ? ["-H", `Accept-Encoding: ${options.accept}`] : []),
		];
		const sizes = ["-t", "1", "-c", String(options.connections), "-d", `${Math.max(1, Math.round(seconds))}s`, "--timeout", "10s"];
		const command = ["wrk", ...sizes, "-s", script, ...headers, url, "--", ...(options.post ? ["post"] : [])];
		const output = await runTool(command, LOAD_CORE, (seconds + 30) * 1000);
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
