import assert from "node:assert/strict";
import { isIP } from "node:net";
import { describe, it, test } from "node:test";
import fc from "fast-check";
import { CidrSet, clientNetwork, normalizeAddress } from "./cidr.ts";

describe("a CIDR set", () => {
	for (const [cidr, inside, outside] of [
		[
			"10.0.0.0/8",
			["10.0.0.0", "10.255.255.255", "::ffff:10.1.2.3", "::FFFF:a01:203"],
			["9.255.255.255", "11.0.0.0", "::10.0.0.1", "::a00:1"],
		],
		["192.0.2.128/25", ["192.0.2.128", "192.0.2.255"], ["192.0.2.127", "192.0.3.128"]],
		["192.0.2.1", ["192.0.2.1"], ["192.0.2.2", "192.0.2.10"]],
		["192.0.2.1/32", ["192.0.2.1"], ["192.0.2.0"]],
		["0.0.0.0/0", ["0.0.0.0", "255.255.255.255", "::ffff:1.2.3.4"], ["::1", "not an address", ""]],
		["128.0.0.0/1", ["128.0.0.0", "255.0.0.1"], ["127.255.255.255"]],
		["2001:db8::/32", ["2001:db8::1", "2001:DB8:ffff::", "2001:db8::1%eth0"], ["2001:db9::", "10.0.0.1"]],
		["2001:db8::/33", ["2001:db8:7fff::"], ["2001:db8:8000::"]],
		["fe80::/10", ["fe80::1", "febf::1"], ["fec0::1"]],
		["::1", ["::1", "0:0:0:0:0:0:0:1"], ["::2", "0.0.0.1", "127.0.0.1"]],
		["::/0", ["::", "ffff::1"], ["1.2.3.4"]],
		["::ffff:10.0.0.0/104", ["10.1.1.1"], ["11.1.1.1"]],
	] as const) {
		it(`of ${cidr} has its own addresses alone`, () => {
			const set = CidrSet.of([cidr]);
			for (const address of inside) assert.ok(set.has(address), address);
			for (const address of outside) assert.ok(!set.has(address), address);
		});
	}

	it("joins its blocks, and an empty one has nothing", () => {
		const set = CidrSet.of(["10.0.0.0/8", "fd00::/8", "192.0.2.1"]);
		assert.ok(set.has("10.1.1.1") && set.has("fd12::1") && set.has("192.0.2.1") && !set.has("192.0.2.2"));
		assert.ok(!CidrSet.of([]).has("10.1.1.1"));
	});

	for (const cidr of [
		"",
		"10.0.0.0/33",
		"10.0.0.0/-1",
		"10.0.0.0/",
		"10.0.0.0/08",
		"10.0.0/8",
		"10.0.0.1/8",
		"x/8",
		"::/129",
		"2001:db8::1/32",
		"::1%lo/128",
		"::ffff:0.0.0.0/95",
		"10.0.0.0/8/8",
	]) {
		it(`refuses ${JSON.stringify(cidr)}`, () =>
			assert.throws(() => CidrSet.of([cidr]), new RegExp(`^Error: "${cidr.replaceAll(/[.*+?^$()[\]\\|]/g, "\\$&")}"`)));
	}
});

describe("normalizeAddress", () => {
	for (const [address, normal] of [
		["10.0.0.1", "10.0.0.1"],
		["255.255.255.255", "255.255.255.255"],
		["::ffff:10.0.0.1", "10.0.0.1"],
		["::FFFF:0A00:0001", "10.0.0.1"],
		["::", "::"],
		["::1", "::1"],
		["1::", "1::"],
		["2001:0DB8:0:0:1:0:0:1", "2001:db8::1:0:0:1"],
		["2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"],
		["2001:0:0:1:0:0:0:1", "2001:0:0:1::1"],
		["fe80::1%eth0", "fe80::1"],
		["64:ff9b::192.0.2.33", "64:ff9b::c000:221"],
		["1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"],
		["::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"],
	] as const) {
		it(`of ${address} is ${normal}`, () => assert.equal(normalizeAddress(address), normal));
	}

	for (const address of [
		...[
			"",
			"1",
			"1.2.3",
			"1.2.3.4.5",
			"01.2.3.4",
			"1.2.3.04",
			"00.0.0.0",
			"256.1.1.1",
			"1..2.3",
			"1.2.3.",
			".1.2.3",
			"1.2.3.4 ",
			" 1.2.3.4",
			"0x1.2.3.4",
		],
		...[
			"1.2.3.4%eth0",
			"1.2.3.4:80",
			"[::1]",
			":",
			":::",
			"1::2::3",
			"1:2:3:4:5:6:7",
			"1:2:3:4:5:6:7:8:9",
			"1:2:3:4:5:6:7:8::",
			"::1:2:3:4:5:6:7:8",
		],
		...[
			"12345::",
			"g::",
			"1:2:3:4:5:6:7:1.2.3.4",
			"1.2.3.4::",
			"::1.2.3.4:5",
			"::1.2.3",
			"%eth0",
			"::-1",
			"1:",
			":1",
			"é",
			`${"0:".repeat(40)}1`,
		],
	]) {
		it(`refuses ${JSON.stringify(address)}`, () => assert.equal(normalizeAddress(address), null));
	}

	it("takes what node:net takes", () => {
		const address = fc.oneof(
			fc.ipV4(),
			fc.ipV6(),
			fc.stringMatching(/^[0-9a-f:.]{0,16}$/),
			fc.stringMatching(/^[0-9]{1,3}(\.[0-9]{1,3}){3}$/),
		);
		fc.assert(
			fc.property(address, (text) => {
				const normal = normalizeAddress(text);
				assert.equal(normal !== null, isIP(text) !== 0);
				if (normal !== null) assert.equal(normalizeAddress(normal), normal);
			}),
			{ numRuns: 5_000 },
		);
	});
});

test("the network of a client is its IPv4 address, or the /64 network of its IPv6 address", () => {
	for (const [address, network] of [
		["192.0.2.1", "192.0.2.1"],
		["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"],
		["2001:db8::5:6", "2001:db8::"],
		["::1", "::"],
	] as const)
		assert.equal(clientNetwork(address), network, address);
});
