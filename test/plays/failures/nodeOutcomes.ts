/** What comes of a node's fault, as the client and the log see it. */
import assert from "node:assert/strict";
import type { ErrorCode } from "../../../src/errors.ts";
import { get } from "../../harness/message.ts";
import type { Outcome, Scene } from "./table.ts";

/** The client learns of it by an error page, and may go on. */
export function told(status: number, error: ErrorCode): Outcome {
	return {
		answers: [status],
		client: "open",
		log: [
			[status, error],
			[404, "route_not_found"],
		],
	};
}

/** As {@link told}, where the client still owes its body, which is dropped. */
export function toldEarly(status: number, error: ErrorCode, rest: string): Outcome {
	const also = async ({ client }: Scene) => client.send(rest);
	return { ...told(status, error), also };
}

/** Too late for an error page: the client sees the connection break. */
export function cut(error: ErrorCode): Outcome {
	return { answers: [], client: "reset", log: [[200, error]] };
}

/** What lasts until the connection ends is whole when it does. */
export const COMPLETE: Outcome = {
	answers: [],
	client: "open",
	log: [
		[200, null],
		[404, "route_not_found"],
	],
	also: async ({ client }) => {
		assert.equal(await client.readUntil("0\r\n\r\n"), "0\r\n\r\n");
	},
};

/** The next request goes over another connection. */
export const FORGOTTEN: Outcome = {
	answers: [],
	log: [
		[200, null],
		[200, null],
	],
	node: "released",
	also: async ({ client, node, path }) => {
		await node?.ended();
		await client.send(get(path));
		assert.equal((await client.response()).status, 200);
	},
};
