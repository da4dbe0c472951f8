import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { PorticoError } from "../errors.ts";
import { parseProxyHeader } from "./proxyProtocol.ts";

const REQUEST = "GET / HTTP/1.1\r\n\r\n";
const SIGNATURE = "0d0a0d0a000d0a515549540a";

function v2(versionAndCommand: number, family: number, block: Buffer, length = block.length): Buffer {
	const fixed = Buffer.from([versionAndCommand, family, length >> 8, length & 255]);
	return Buffer.concat([Buffer.from(SIGNATURE, "hex"), fixed, block]);
}

const V4_BLOCK = Buffer.from("c0000201" + "0a000001" + "d431" + "01bb", "hex");
const V6_BLOCK = Buffer.from("20010db8000000000000000000000001" + "20010db8000000000000000000000002" + "d431" + "01bb", "hex");
const MAPPED_BLOCK = Buffer.from("00000000000000000000ffffc0000201" + "00000000000000000000ffff0a000001" + "d431" + "01bb", "hex");
const TLV = Buffer.from("04000361626320000568656c6c6f", "hex");

const VALID: readonly (readonly [name: string, header: Buffer, source: { address: string; port: number } | null])[] = [
	["v1 TCP4", Buffer.from("PROXY TCP4 192.0.2.1 10.0.0.1 54321 443\r\n"), { address: "192.0.2.1", port: 54321 }],
	["v1 TCP6", Buffer.from("PROXY TCP6 2001:DB8::1 ::1 54321 443\r\n"), { address: "2001:db8::1", port: 54321 }],
	[
		"v1 TCP6 with a mapped address",
		Buffer.from("PROXY TCP6 ::ffff:192.0.2.1 ::ffff:10.0.0.1 0 65535\r\n"),
		{ address: "192.0.2.1", port: 0 },
	],
	["v1 UNKNOWN", Buffer.from("PROXY UNKNOWN\r\n"), null],
	["v1 UNKNOWN with anything after it", Buffer.from("PROXY UNKNOWN ffff::1 x 65535 y\r\n"), null],
	["the longest v1", Buffer.from(`PROXY UNKNOWN ${"f".repeat(91)}\r\n`), null],
	["v2 PROXY over IPv4", v2(0x21, 0x11, V4_BLOCK), { address: "192.0.2.1", port: 54321 }],
	["v2 PROXY over IPv4 with TLVs", v2(0x21, 0x11, Buffer.concat([V4_BLOCK, TLV])), { address: "192.0.2.1", port: 54321 }],
	["v2 PROXY over IPv6", v2(0x21, 0x21, V6_BLOCK), { address: "2001:db8::1", port: 54321 }],
	["v2 PROXY over IPv6, mapped", v2(0x21, 0x21, MAPPED_BLOCK), { address: "192.0.2.1", port: 54321 }],
	["v2 PROXY over a unix socket", v2(0x21, 0x31, Buffer.alloc(216)), null],
	["v2 PROXY of an unspecified family", v2(0x21, 0x00, TLV), null],
	["v2 LOCAL", v2(0x20, 0x00, Buffer.alloc(0)), null],
	["v2 LOCAL with addresses", v2(0x20, 0x11, V4_BLOCK), null],
	["v2 LOCAL of any family and length", v2(0x20, 0xff, Buffer.alloc(3)), null],
	["the longest v2", v2(0x21, 0x11, Buffer.concat([V4_BLOCK, Buffer.alloc(4096 - 12)])), { address: "192.0.2.1", port: 54321 }],
];

describe("a PROXY protocol header", () => {
	for (const [name, header, source] of VALID) {
		it(`is understood: ${name}`, () =>
			assert.deepEqual(parseProxyHeader(Buffer.concat([header, Buffer.from(REQUEST)])), { source, bytes: header.length }));
		it(`needs all its bytes: ${name}`, () => {
			for (let length = 0; length < header.length; length++)
				assert.equal(parseProxyHeader(header.subarray(0, length)), null, `${length} bytes`);
		});
	}

	for (const [name, bytes] of [
		["a request", REQUEST],
		["lower case", "proxy TCP4 192.0.2.1 10.0.0.1 1 2\r\n"],
		["a first byte that fits no version", "Q"],
		["v1 of an unknown family", "PROXY UDP4 192.0.2.1 10.0.0.1 1 2\r\n"],
		["v1 with nothing", "PROXY \r\n"],
		["v1 UNKNOWNX", "PROXY UNKNOWNX\r\n"],
		["v1 with two spaces", "PROXY  TCP4 192.0.2.1 10.0.0.1 1 2\r\n"],
		["v1 with a space at its end", "PROXY TCP4 192.0.2.1 10.0.0.1 1 2 \r\n"],
		["v1 with a tab", "PROXY TCP4\t192.0.2.1 10.0.0.1 1 2\r\n"],
		["v1 with a missing port", "PROXY TCP4 192.0.2.1 10.0.0.1 1\r\n"],
		["v1 with one field too many", "PROXY TCP4 192.0.2.1 10.0.0.1 1 2 3\r\n"],
		["v1 with an IPv6 address as TCP4", "PROXY TCP4 ::1 10.0.0.1 1 2\r\n"],
		["v1 with an IPv4 address as TCP6", "PROXY TCP6 192.0.2.1 ::1 1 2\r\n"],
		["v1 with a bad destination", "PROXY TCP4 192.0.2.1 10.0.0.256 1 2\r\n"],
		["v1 with octal", "PROXY TCP4 192.0.2.01 10.0.0.1 1 2\r\n"],
		["v1 with a zone", "PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n"],
		["v1 with port 65536", "PROXY TCP4 192.0.2.1 10.0.0.1 65536 2\r\n"],
		["v1 with a signed port", "PROXY TCP4 192.0.2.1 10.0.0.1 +1 2\r\n"],
		["v1 with a leading zero in a port", "PROXY TCP4 192.0.2.1 10.0.0.1 1 02\r\n"],
		["v1 with a bare LF", `PROXY TCP4 192.0.2.1 10.0.0.1 1 2\n${REQUEST}`],
		["v1 longer than 107 bytes", `PROXY UNKNOWN ${"f".repeat(92)}\r\n`],
		["v1 without end", `PROXY UNKNOWN ${"f".repeat(200)}`],
		["v2 of version 1", v2(0x11, 0x11, V4_BLOCK)],
		["v2 of version 3", v2(0x31, 0x11, V4_BLOCK)],
		["v2 with an unknown command", v2(0x22, 0x11, V4_BLOCK)],
		["v2 of datagrams", v2(0x21, 0x12, V4_BLOCK)],
		["v2 of an unknown family", v2(0x21, 0x41, V4_BLOCK)],
		["v2 cut short for IPv4", v2(0x21, 0x11, V4_BLOCK.subarray(0, 11))],
		["v2 cut short for IPv6", v2(0x21, 0x21, V4_BLOCK)],
		["v2 cut short for a unix socket", v2(0x21, 0x31, V6_BLOCK)],
		["v2 longer than 4096 bytes", v2(0x21, 0x11, V4_BLOCK, 4097)],
	] as const) {
		it(`is refused: ${name}`, () => {
			const isRefusal = (error: unknown) => error instanceof PorticoError && error.code === "proxy_protocol_error";
			assert.throws(() => parseProxyHeader(Buffer.from(bytes)), isRefusal);
		});
	}

	it("never fails in another way, and never counts bytes it has not seen", () => {
		const start = fc.constantFrom(
			Buffer.alloc(0),
			Buffer.from("PROXY TCP4 "),
			Buffer.from(SIGNATURE, "hex"),
			v2(0x21, 0x21, Buffer.alloc(0), 40),
		);
		fc.assert(
			fc.property(start, fc.uint8Array({ maxLength: 60 }), (head, rest) => {
				const bytes = Buffer.concat([head, rest]);
				try {
					const header = parseProxyHeader(bytes);
					if (header !== null) assert.ok(header.bytes <= bytes.length);
				} catch (error) {
					assert.ok(error instanceof PorticoError);
				}
			}),
			{ numRuns: 2_000 },
		);
	});
});
