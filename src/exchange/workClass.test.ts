import assert from "node:assert/strict";
import { test } from "node:test";
import { BODY_CHUNKED } from "../http/message.ts";
import type { WorkClass } from "../limit/memoryLevel.ts";
import { workClassOf } from "./workClass.ts";

const logins = { keys: ["sessionDataKey"], returnedIn: ["state"], lifetime: 1, pages: ["oauth2", "commonauth"] };

const CASES: readonly (readonly [target: string, body: number, priority: number, expected: WorkClass])[] = [
	["/scim2/Users", 0, 1, "request"],
	["/scim2/Users", 65_536, 1, "request"],
	["/scim2/Users", 65_537, 1, "upload"],
	["/scim2/Users", BODY_CHUNKED, 1, "upload"],
	["/oauth2/token", 200, 1, "login"],
	["/t/example.com/oauth2/authorize?client_id=a", 0, 1, "login"],
	["/commonauth", 90_000_000, 1, "upload"],
	["/scim2/oauth2", 0, 1, "request"],
	["/own/page?a=b&sessionDataKey=c", 0, 1, "login"],
	["/health", 0, 0, "login"],
	["/batch", 0, 2, "request"],
];

for (const [nodeTarget, bodyLength, priority, expected] of CASES) {
	test(`${nodeTarget} with a body of ${bodyLength} and priority ${priority} is of class ${expected}`, () => {
		const query = nodeTarget.includes("?") ? nodeTarget.slice(nodeTarget.indexOf("?")) : "";
		assert.equal(workClassOf({ request: { bodyLength, query }, route: { plan: { priority }, service: { logins } }, nodeTarget }), expected);
	});
}
