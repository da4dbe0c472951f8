import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { CONTENT_LENGTH, findSlot, HOST, KNOWN_NAMES, PLAIN, parsedName, TRANSFER_ENCODING } from "./fieldNames.ts";

function named(text: string) {
	const bytes = Buffer.from(`::${text}::`, "latin1");
	return KNOWN_NAMES[findSlot(bytes, 2, 2 + text.length)] ?? parsedName(text);
}

describe("field names", () => {
	it("of a known spelling are one shared object", () => {
		assert.equal(named("User-Agent"), named("User-Agent"));
		assert.equal(named("user-agent"), named("user-agent"));
	});

	it("keep any spelling and have their role in each", () => {
		for (const [name, role] of [
			["Content-Length", CONTENT_LENGTH],
			["Transfer-Encoding", TRANSFER_ENCODING],
			["Host", HOST],
			["Hos", PLAIN],
		] as const) {
			for (const spelled of [name, name.toLowerCase(), name.toUpperCase(), name.replace("o", "O")]) {
				assert.deepEqual(named(spelled), { spelled, key: name.toLowerCase(), line: `\r\n${spelled}: `, role });
			}
		}
	});

	it("are never taken for another one", () => {
		const letters = fc.constantFrom(..."hostHOSTContentLengthTransferEncoding-");
		fc.assert(
			fc.property(fc.string({ unit: letters, minLength: 1, maxLength: 60 }), (spelled) => {
				const name = named(spelled);
				assert.equal(name.spelled, spelled);
				assert.equal(name.key, spelled.toLowerCase());
			}),
		);
	});
});
