import assert from "node:assert/strict";
import { PorticoError } from "../../../src/errors.ts";
import { type ProxyHeader, parseProxyHeader } from "../../../src/transport/proxyProtocol.ts";
import { v1, v2 } from "../../plays/listeners/proxyHeaders.ts";
import type { Target } from "../target.ts";

/** Null: more is needed. `error`: refused. */
function parsed(bytes: Buffer): ProxyHeader | null | "error" {
	try {
		return parseProxyHeader(bytes);
	} catch (error) {
		if (error instanceof PorticoError && error.code === "proxy_protocol_error") return "error";
		throw error;
	}
}

export const proxyHeader: Target = {
	name: "proxyHeader",
	sources: ["transport/proxyProtocol.ts", "http/cidr.ts"],
	words: [
		"PROXY ",
		"TCP4 ",
		"TCP6 ",
		"UNKNOWN",
		"\r\n",
		"\r\n\r\n\0\r\nQUIT\n",
		"\x21\x11\x00\x0c",
		"\x21\x21\x00\x24",
		"\x20\x00\x00\x00",
		"::1",
		"10.0.0.1 ",
		"65535",
	],
	longest: 300,
	check(input) {
		const whole = parsed(input);
		let settled: ProxyHeader | "error" | null = null;
		for (let length = 0; length <= input.length; length++) {
			const now = parsed(input.subarray(0, length));
			if (settled !== null) assert.deepEqual(now, settled, `other after ${length} bytes than before`);
			else settled = now;
		}
		assert.deepEqual(whole, settled);
		if (whole === null || whole === "error") return;
		assert.ok(whole.bytes <= input.length, "longer than what came");
		// Without a header that is whole there is none.
		assert.equal(parsed(input.subarray(0, whole.bytes - 1)), null);
		if (whole.source === null || whole.source.address.includes(":")) return;
		for (const again of [Buffer.from(v1(whole.source.address, whole.source.port)), v2(whole.source.address, whole.source.port)]) {
			assert.deepEqual(parsed(again), { source: whole.source, bytes: again.length }, "written again");
		}
	},
};
