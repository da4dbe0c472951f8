/** Load by handshakeClient.ts in a process of its own on the load tools' core. */

import { fileURLToPath } from "node:url";
import { LOAD_CORE, runTool } from "../children.ts";
import { type Load, numberField } from "./load.ts";

const script = fileURLToPath(new URL("handshakeClient.ts", import.meta.url));

export function handshakes(kind: "full" | "resumed"): Load {
	return async (target, seconds) => {
		const output = await runTool([process.execPath, script, String(target.port), String(seconds), kind], LOAD_CORE, (seconds + 30) * 1000);
		const json: unknown = JSON.parse(output);
		const field = (name: string): number => numberField(json, name);
		return {
			completed: field("completed"),
			seconds: field("seconds"),
			p50: field("p50"),
			p99: field("p99"),
			errors: field("errors"),
			bytes: 0,
		};
	};
}
