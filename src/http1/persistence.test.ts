import assert from "node:assert/strict";
import { it } from "node:test";
import { HeaderList } from "../http/headers.ts";
import { keepsAlive } from "./persistence.ts";

const CASES: readonly (readonly [version: number, connection: readonly string[], kept: boolean])[] = [
	[1, [], true],
	[0, [], false],
	[1, ["close"], false],
	[0, ["close"], false],
	[1, ["keep-alive"], true],
	[0, ["keep-alive"], true],
	[0, ["Keep-Alive"], true],
	[1, ["CLOSE"], false],
	[1, ["upgrade"], true],
	[0, ["upgrade"], false],
	[1, ["keep-alive, close"], false],
	[0, ["close ,\tkeep-alive"], false],
	[0, ["x", "keep-alive"], true],
	[1, ["keep-alive", "close"], false],
	[1, ["closed"], true],
	[1, [""], true],
];

for (const [version, connection, kept] of CASES) {
	it(`HTTP/1.${version} with Connection ${JSON.stringify(connection)} ${kept ? "stays open" : "closes"}`, () => {
		assert.equal(keepsAlive(version, HeaderList.of(...connection.map((value) => ["Connection", value] as const))), kept);
	});
}
