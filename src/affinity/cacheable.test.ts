import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderList } from "../http/headers.ts";
import { mayBeShared } from "./cacheable.ts";

test("whether a shared cache may keep a response", () => {
	const rows: readonly (readonly [expected: boolean, method: string, status: number, fields: Readonly<Record<string, string>>])[] = [
		[true, "GET", 200, {}],
		[true, "HEAD", 404, {}],
		[true, "GET", 301, {}],
		[true, "GET", 304, {}],
		[true, "GET", 200, { "Cache-Control": "public, max-age=3600" }],
		[true, "GET", 200, { "Cache-Control": "no-cache" }],
		[true, "GET", 200, { "Cache-Control": 'private="set-cookie"' }],
		[true, "GET", 302, { "Cache-Control": "max-age=10" }],
		[true, "GET", 302, { "Cache-Control": "S-MaxAge=10, public" }],
		[true, "GET", 302, { Expires: "Thu, 01 Dec 2094 16:00:00 GMT" }],
		[true, "GET", 302, { "Cache-Control": "x-public, public" }],
		[true, "GET", 200, { "Cache-Control": "not-private, privately, no-stored" }],
		[false, "GET", 302, { "Cache-Control": "x-public, publicly, max-aged=1" }],
		[false, "GET", 200, { "Cache-Control": "privately,\tprivate" }],
		[false, "GET", 302, {}],
		[false, "GET", 302, { "Cache-Control": "no-cache" }],
		[false, "GET", 500, {}],
		[false, "POST", 200, { "Cache-Control": "max-age=10" }],
		[false, "GET", 200, { "Cache-Control": "private" }],
		[false, "GET", 200, { "Cache-Control": "no-cache , No-Store" }],
	];
	for (const [expected, method, status, fields] of rows) {
		const message = `${method} ${status} ${JSON.stringify(fields)}`;
		assert.equal(mayBeShared(method, status, HeaderList.of(...Object.entries(fields))), expected, message);
	}
});
