import assert from "node:assert/strict";
import { test } from "node:test";
import { CidrSet } from "./cidr.ts";
import { clientAddress, requestIdFrom } from "./forwarded.ts";
import { HeaderList } from "./headers.ts";

const trusted = CidrSet.of(["10.0.0.0/8", "fd00::/8"]);
const forwarded = (...values: string[]) => HeaderList.of(...values.map((value) => ["X-Forwarded-For", value] as const));

test("an untrusted peer is the client, whatever it says", () => {
	assert.equal(clientAddress("203.0.113.1", forwarded("1.2.3.4"), trusted), "203.0.113.1");
	assert.equal(clientAddress("::ffff:203.0.113.1", forwarded("1.2.3.4"), trusted), "203.0.113.1");
	assert.equal(clientAddress("10.0.0.1", forwarded("1.2.3.4"), CidrSet.of([])), "10.0.0.1");
});

test("behind trusted proxies the client is the right-most hop that is none of them", () => {
	const rows: readonly (readonly [values: readonly string[], client: string])[] = [
		[["1.2.3.4"], "1.2.3.4"],
		[["6.6.6.6, 1.2.3.4"], "1.2.3.4"],
		[["6.6.6.6, 1.2.3.4, 10.0.0.2,fd00::1"], "1.2.3.4"],
		[["6.6.6.6", "1.2.3.4", "10.0.0.2"], "1.2.3.4"],
		[["10.0.0.3, 10.0.0.2"], "10.0.0.3"],
		[["1.2.3.4:5000"], "1.2.3.4"],
		[["[2001:db8::1]:5000"], "2001:db8::1"],
		[["[2001:db8::1]"], "2001:db8::1"],
		[["2001:DB8:0::1"], "2001:db8::1"],
		[["::ffff:1.2.3.4"], "1.2.3.4"],
		[[" , 1.2.3.4 , ,"], "1.2.3.4"],
	];
	for (const [values, client] of rows) assert.equal(clientAddress("10.0.0.1", forwarded(...values), trusted), client, values.join());
});

test("an entry that is no address ends the walk at the last hop that was believed", () => {
	for (const junk of [
		"unknown",
		"_hidden",
		"1.2.3",
		"1.2.3.4:",
		"1.2.3.4:123456",
		"1.2.3.4:x",
		"[2001:db8::1",
		"[1.2.3.4]x",
		"a b",
		'"1.2.3.4"',
	]) {
		assert.equal(clientAddress("10.0.0.1", forwarded(`6.6.6.6, ${junk}`), trusted), "10.0.0.1", junk);
		assert.equal(clientAddress("10.0.0.1", forwarded(`6.6.6.6, ${junk}, 10.0.0.2`), trusted), "10.0.0.2", junk);
	}
	for (const nothing of [forwarded(), forwarded(""), forwarded(","), forwarded(" ")]) {
		assert.equal(clientAddress("10.0.0.1", nothing, trusted), "10.0.0.1");
	}
});

test("a request id is taken over only if it is sane", () => {
	const id = (value: string) => requestIdFrom(HeaderList.of(["X-Request-ID", value]));
	assert.equal(id("aZ09._-"), "aZ09._-");
	assert.equal(id("a".repeat(128)), "a".repeat(128));
	for (const bad of ["", "a".repeat(129), "a b", 'a"', "a,b", "é", "a\n", "a/b"]) assert.equal(id(bad), null, bad);
	assert.equal(requestIdFrom(new HeaderList()), null);
});
