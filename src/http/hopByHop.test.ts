import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HeaderList } from "./headers.ts";
import { connectionOptions, isHopByHop, upgradeProtocol } from "./hopByHop.ts";

function connection(...values: string[]): HeaderList {
	return HeaderList.of(...values.map((value) => ["Connection", value] as const));
}

describe("hop-by-hop fields", () => {
	it("are those of the connection, not of the message", () => {
		for (const key of ["connection", "keep-alive", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade", "http2-settings"]) {
			assert.equal(isHopByHop(key), true, key);
		}
		for (const key of ["host", "content-length", "cookie", "expect", "via"]) assert.equal(isHopByHop(key), false, key);
	});
});

describe("connection options", () => {
	it("are null when there is nothing but close and keep-alive", () => {
		for (const values of [[], ["close"], ["Keep-Alive"], ["KEEP-alive , Close"], ["close", "keep-alive"], [""], [",,"]]) {
			assert.equal(connectionOptions(connection(...values)), null, JSON.stringify(values));
		}
	});

	it("are all tokens of all fields, in lower case", () => {
		assert.deepEqual(
			[...(connectionOptions(connection("keep-alive, X-One", "\tupgrade ,, x-two")) ?? [])],
			["keep-alive", "x-one", "upgrade", "x-two"],
		);
	});
});

describe("an upgrade", () => {
	const asked = (version: number, ...fields: (readonly [string, string])[]) => {
		const headers = HeaderList.of(...fields);
		const options = connectionOptions(headers);
		return options === null ? null : upgradeProtocol({ method: "GET", target: "/", version, headers }, options);
	};

	it("is the first protocol of Upgrade in lower case", () => {
		assert.equal(asked(1, ["Connection", "Upgrade"], ["Upgrade", "WebSocket"]), "websocket");
		assert.equal(asked(1, ["Connection", "keep-alive, upgrade"], ["Upgrade", "tls/1.2 , websocket"]), "tls/1.2");
	});

	it("is none where h2c is asked for, which is never switched to", () => {
		assert.equal(asked(1, ["Connection", "Upgrade, HTTP2-Settings"], ["Upgrade", "h2c"]), null);
	});

	it("is none unless Connection lists it, Upgrade names a protocol and the version is 1.1", () => {
		assert.equal(asked(1, ["Upgrade", "websocket"]), null);
		assert.equal(asked(1, ["Connection", "keep-alive"], ["Upgrade", "websocket"]), null);
		assert.equal(asked(1, ["Connection", "x-upgrade"], ["Upgrade", "websocket"]), null);
		assert.equal(asked(1, ["Connection", "upgrade"]), null);
		assert.equal(asked(1, ["Connection", "upgrade"], ["Upgrade", ""]), null);
		assert.equal(asked(0, ["Connection", "upgrade"], ["Upgrade", "websocket"]), null);
	});
});
