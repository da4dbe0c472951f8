/** Ways out of a prefix: refused with a rule that the access log and `portico explain` name. */
import assert from "node:assert/strict";
import { join } from "node:path";
import { after, test } from "node:test";
import { runCommand } from "../../../src/commands/commands.fixture.ts";
import { register } from "../../../src/commands/explain.ts";
import type { Explanation } from "../../../src/config/explain.ts";
import type { LogLine } from "../../harness/portico.ts";
import { startFront, startNodes } from "./front.ts";

/** Public path in the dash form, status, rule. */
const COUSINS: readonly (readonly [path: string, status: number, rule: string])[] = [
	["/apim-t/..;/carbon/", 400, "path.dot-segment"],
	["/apim-t/..;a=b/carbon/", 400, "path.dot-segment"],
	["/apim-t/.;/..;/carbon/", 400, "path.dot-segment"],
	["/apim-t/acme.com/..;/..;/carbon/", 400, "path.dot-segment"],
	["/apim-t/acme.com/..;/carbon/", 400, "path.dot-segment"],
	["/apim-t/;/..;/carbon/", 400, "path.dot-segment"],
	["/apim-t/..%3b/carbon/", 400, "path.encoded-dot"],
	["/apim-t/..%3B/carbon/", 400, "path.encoded-dot"],
	["/apim-t/%2e%2e;/carbon/", 400, "path.encoded-dot"],
	["/apim-t/%2e%2e/carbon/", 400, "path.encoded-dot"],
	["/apim-t/.%2e/carbon/", 400, "path.encoded-dot"],
	["/apim-t/%252e%252e/carbon/", 400, "path.encoded-dot"],
	["/apim-t/%252e%252e;/carbon/", 400, "path.encoded-dot"],
	["/apim-t/..%2fcarbon/", 400, "path.encoded-dot"],
	["/apim-t%2f..%2fcarbon/", 400, "path.encoded-dot"],
	["/apim-t/..%5ccarbon/", 400, "path.encoded-dot"],
	["/apim-t/../carbon/", 400, "path.dot-segment"],
	["/apim-t/x/../../carbon/", 400, "path.dot-segment"],
	["/apim-t/./carbon/", 400, "path.dot-segment"],
	["/apim-t/%c0%ae%c0%ae/carbon/", 400, "path.overlong-utf8"],
	["/apim-t/acme.com/%00/carbon/", 400, "path.nul"],
	["/apim-t/acme.com/\\..\\carbon/", 400, "target.character"],
	["/apim-..;/carbon/", 400, "path.dot-segment"],
	["/apim-;/carbon/", 404, "path.unknown"],
	["/apim-/carbon/", 404, "path.unknown"],
	["/apim-carbon;x/", 400, "path.parameter"],
	["/apim-t/acme.com/;x/carbon/", 400, "path.empty-segment"],
	["/apim-t/acme.com;x/carbon/", 400, "path.parameter"],
	["/apim-t/acme.com//carbon/", 400, "path.empty-segment"],
	["/apim-%63arbon/", 403, "access.blocked"],
	["/apim-t/acme.com/%63arbon/", 403, "access.blocked"],
	["/apim-t/acme.com/carbon", 403, "access.blocked"],
	["/%61pim-carbon/", 400, "path.encoded-prefix"],
	["/apim-authenticationendpoint/..;/carbon/", 400, "path.dot-segment"],
	["/is-authenticationendpoint/..;/carbon/", 400, "path.dot-segment"],
	["/is-authenticationendpoint;x/login.do", 400, "path.parameter"],
	["/is-t/acme.com/..;/..;/carbon/", 400, "path.dot-segment"],
	["/is-..;/is-carbon/", 404, "path.unknown"],
	["//is-carbon/", 400, "path.empty-segment"],
	["/is-oauth2/token/..%2f..%2fcarbon/", 400, "path.encoded-dot"],
	["/carbon/", 404, "path.unknown"],
	["/is-Carbon/", 404, "path.unknown"],
];

const nodes = await startNodes({ after });
const front = await startFront({ after }, nodes);
const seen = new Map<string, { readonly status: number; readonly reached: number; readonly line: LogLine | undefined }>();

test("all paths are asked for", async (t) => {
	const answers: { status: number; reached: number }[] = [];
	for (const [path] of COUSINS) {
		const { response, seen } = await front.ask(t, "apim", path);
		answers.push({ status: response.status, reached: seen.length });
	}
	await front.portico.child.until(() => (front.accessLog.length >= COUSINS.length ? true : undefined), "their lines in the access log");
	for (const [index, [path]] of COUSINS.entries()) {
		seen.set(path, { ...(answers[index] ?? { status: 0, reached: 1 }), line: front.accessLog[index] });
	}
});

for (const [path, status, rule] of COUSINS) {
	test(`${path} is refused with ${status} by ${rule}`, async () => {
		const answer = seen.get(path);
		assert.deepEqual([answer?.status, answer?.reached], [status, 0]);
		assert.deepEqual([answer?.line?.status, answer?.line?.rule, answer?.line?.member], [status, rule, null]);
		const { out, code } = await runCommand(register, ["explain", "-c", join(front.portico.folder, "portico.yaml"), "--json", path]);
		const { refused } = JSON.parse(out) as Explanation;
		assert.deepEqual([refused?.status, refused?.rule, code], [status, rule, 1]);
	});
}

test("what looks odd but stays in its place reaches the API as it was sent", async (t) => {
	for (const path of ["/t/acme.com/echo/1.0.0/a;b=c/d%2Fe//f", "/echo/1.0.0/%2541", "/echo/1.0.0/..a/b..", "/echo/1.0.0/caf%C3%A9"]) {
		const { seen, response } = await front.ask(t, "apim", front.publicPath("apim", path));
		assert.deepEqual([response.status, seen[0]?.target], [200, path]);
	}
});

test("a tenant that is called carbon is a tenant, with as many slashes as may be", async (t) => {
	for (const path of ["/t/carbon/echo/1.0.0", "/t//carbon/"]) {
		const { seen } = await front.ask(t, "apim", front.publicPath("apim", path));
		assert.deepEqual(
			seen.map(({ port, target }) => [port, target]),
			[["gatewayHttps", path]],
		);
	}
});
