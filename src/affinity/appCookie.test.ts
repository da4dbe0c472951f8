import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderList } from "../http/headers.ts";
import { JvmRoute, LearnedCookie, PrefixedCookie, setValue, withoutPrefix, withPrefix } from "./appCookie.ts";
import { affinityKey, nodeIdOf } from "./cookieValue.ts";
import { TestMemory } from "./memory.fixture.ts";
import { KeyMaker } from "./memory.ts";

const keys = new KeyMaker(new Uint8Array(32), "is");
const cookies = (...lines: readonly string[]): HeaderList => HeaderList.of(...lines.map((line) => ["Cookie", line] as const));

test("jvmRoute: what follows the last dot names the node; the first cookie that names one counts", () => {
	const routes = new Map([
		["n1", "is-1"],
		["n2", "is-2"],
	]);
	const jvmRoute = new JvmRoute(["JSESSIONID"], routes, keys);
	const rows: readonly (readonly [node: string | null, ...lines: readonly string[]])[] = [
		["is-1", "JSESSIONID=0A1B.n1"],
		["is-2", "a=1; JSESSIONID=0A1B.n2; b=2"],
		["is-2", "JSESSIONID=0A.n1.n2"],
		["is-1", "JSESSIONID=0A1B; JSESSIONID=0A1B.gone; JSESSIONID=C.n1; JSESSIONID=D.n2"],
		["is-2", "JSESSIONID=0A1B", "JSESSIONID=0A1B.n2"],
		["is-1", "JSESSIONID=.n1"],
		[null, "JSESSIONID=0A1B"],
		[null, "JSESSIONID=0A1B."],
		[null, "JSESSIONID=n1"],
		[null, "JSESSIONID=0A1B.N1"],
		[null, "JSESSIONID=0A1B.n1x"],
		[null, "jsessionid=0A1B.n1"],
		[null, "xJSESSIONID=0A1B.n1"],
		[null],
	];
	for (const [node, ...lines] of rows) assert.equal(jvmRoute.claimOf(cookies(...lines))?.node ?? null, node, lines.join(" | "));
	const [before, after] = [jvmRoute.claimOf(cookies("JSESSIONID=0A1B.n1")), jvmRoute.claimOf(cookies("JSESSIONID=0A1B.n2"))];
	assert.deepEqual(before?.session, after?.session);
	assert.notDeepEqual(before?.session, jvmRoute.claimOf(cookies("JSESSIONID=0A1C.n1"))?.session);
});

test("sessions from before the cookie had another name keep their node, until there is one with it", () => {
	const jvmRoute = new JvmRoute(
		["is.SID", "SID"],
		new Map([
			["n1", "is-1"],
			["n2", "is-2"],
		]),
		keys,
	);
	const nodeOf = (line: string): string | null => jvmRoute.claimOf(cookies(line))?.node ?? null;
	assert.equal(nodeOf("SID=0A.n1"), "is-1");
	assert.equal(nodeOf("SID=0A.n1; is.SID=0B.n2"), "is-2");
	assert.equal(nodeOf("SID=0A.n1; is.SID=0B"), null, "what the node does not get does not count");
	assert.equal(nodeOf("apim.SID=0A.n1"), null);
});

const signing = affinityKey({ id: "2026", secret: "the secret of this year, which is long" });
const old = affinityKey({ id: "2025", secret: "the secret of the year before this one" });
const idsOf = (node: string): string[] => [nodeIdOf(signing, "is", node), nodeIdOf(old, "is", node)];
const prefixed = new PrefixedCookie(["S"], new Map(["is-1", "is-2"].map((node) => [node, idsOf(node)])), keys);

test("prefix: the client's value names the node, which gets its own value back", () => {
	for (const node of ["is-1", "is-2"]) {
		const field = withPrefix("S=0A1B; Path=/x", "S", prefixed.prefixOf(node));
		const [, value = ""] = /^S=([\w-]{11}~0A1B); Path=\/x$/.exec(field) ?? [];
		assert.equal(prefixed.claimOf(cookies(`a=1; S=${value}`))?.node, node);
		assert.equal(withoutPrefix(value), "0A1B");
		assert.ok(!field.includes(node));
	}
	assert.notEqual(prefixed.prefixOf("is-1"), prefixed.prefixOf("is-2"));
	const older = Buffer.from(nodeIdOf(old, "is", "is-2"), "hex").toString("base64url");
	assert.equal(prefixed.claimOf(cookies(`S=0A1B; S=AAAAAAAAAAA~1; S=${older}~0A1B`))?.node, "is-2");
});

test("prefix: what has none, or an unknown one, names no node", () => {
	for (const value of [
		"0A1B",
		"~0A1B",
		"AAAAAAAAAAA~0A1B",
		`${prefixed.prefixOf("is-1").slice(1)}0A1B`,
		`"${prefixed.prefixOf("is-1")}0A1B"`,
	]) {
		assert.equal(prefixed.claimOf(cookies(`S=${value}`)), null, value);
	}
	const rows = [
		["AAAAAAAAAAA~0A1B", "0A1B"],
		["AAAAAAAAAAA~", ""],
		["AAAAAAAAAAA~a~b", "a~b"],
		["AAAAAAAAAA~0A1B", "AAAAAAAAAA~0A1B"],
		["AAAAA.AAAAA~0A1B", "AAAAA.AAAAA~0A1B"],
		["0A1B", "0A1B"],
		["", ""],
	];
	for (const [value = "", expected] of rows) assert.equal(withoutPrefix(value), expected);
});

test("prefix: other cookies, and the end of one, go out as they are", () => {
	for (const field of ["T=0A1B; Path=/", "S=; Max-Age=0", "S", "Sx=1", "=S"]) assert.equal(withPrefix(field, "S", "p~"), field);
	assert.equal(withPrefix(" S = S=1 ; Path=/", "S", "p~"), " S = p~S=1 ; Path=/");
});

test("learn: a value leads to the member that set it, until it was not used for long", () => {
	const memory = new TestMemory();
	const nodeOf = (id: number): string | undefined => ["is-1", "is-2"][id];
	const learned = new LearnedCookie(["is.SID"], "SID", memory, keys, nodeOf);
	const claimOf = (line: string, second: number) => learned.claimOf(cookies(line), second * 1000);
	assert.equal(claimOf("is.SID=abc", 100), null);
	const answer = HeaderList.of(["Set-Cookie", "other=1"], ["Set-Cookie", "SID=abc; Path=/"], ["Set-Cookie", "SID=; Max-Age=0"]);
	learned.learn(null, answer, 1, 100, 200);
	assert.equal(claimOf("is.SID=abc", 199)?.node, "is-2");
	assert.equal(claimOf("is.SID=unknown; is.SID=abc", 100)?.node, "is-2");
	for (const line of ["is.SID=abcd", "SID=abc", "is.SID=", "other=1"]) assert.equal(claimOf(line, 100), null, line);
	assert.equal(claimOf("is.SID=abc", 200), null);
	// Another member served the client, and has its session now.
	learned.learn(claimOf("is.SID=abc", 150), HeaderList.of(), 0, 150, 250);
	assert.equal(claimOf("is.SID=abc", 249)?.node, "is-1");
	assert.equal(memory.learned.entries.size, 1);
	for (const id of memory.learned.entries.keys()) assert.ok(!id.includes("abc"));
});

test("the value that a Set-Cookie field gives to a cookie", () => {
	assert.equal(setValue("a=1; b=2", "a"), "1");
	assert.equal(setValue(" a = 1 ", "a"), "1");
	assert.equal(setValue("a=", "a"), "");
	for (const field of ["a", "ab=1", "b=1; a=2", "A=1", ""]) assert.equal(setValue(field, "a"), null, field);
});
