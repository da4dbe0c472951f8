/** Closed-loop GETs over kept connections by wrk, one thread. It repeats nothing by itself. */

import { fileURLToPath } from "node:url";
import { LOAD_CORE, runTool } from "../../children.ts";
import { numberField } from "../../load/load.ts";
import { TLS_ENVIRONMENT } from "../../load/tlsSettings.ts";
import { PUBLIC_HOST } from "../../scene.ts";

const script = fileURLToPath(new URL("count.lua", import.meta.url));
/** Most that a request may take, seconds. */
const PATIENCE = 10;

export interface PlainFigures {
	readonly sent: number;
	/** The four below together. */
	readonly failed: number;
	readonly status: number;
	readonly connect: number;
	readonly cut: number;
	readonly timeout: number;
	/** Milliseconds of the longest request. */
	readonly longest: number;
	/** How often each status other than 200 came. */
	readonly statuses: Readonly<Record<string, number>>;
}

/** @param seconds a whole number */
export async function plainLoad(url: string, connections: number, seconds: number): Promise<PlainFigures> {
	const sizes = ["-t", "1", "-c", String(connections), "-d", `${seconds}s`, "--timeout", `${PATIENCE}s`];
	const command = ["wrk", ...sizes, "-s", script, "-H", `Host: ${PUBLIC_HOST}`, url];
	const output = await runTool(command, LOAD_CORE, (seconds + 3 * PATIENCE) * 1000, TLS_ENVIRONMENT);
	const json = JSON.parse(/^JSON (.*)$/m.exec(output)?.[1] ?? "{}") as { readonly statuses?: Record<string, number> };
	const field = (name: string): number => numberField(json, name);
	const [status, connect, cut, timeout] = [field("status"), field("connect"), field("cut"), field("timeout")];
	return {
		// wrk counts the requests that were answered.
		sent: field("requests") + cut,
		failed: status + connect + cut + timeout,
		status,
		connect,
		cut,
		timeout,
		longest: field("longest"),
		statuses: json.statuses ?? {},
	};
}
