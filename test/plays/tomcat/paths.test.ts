/** Paths that Tomcat reads otherwise than they look: what a real one serves for them, and that Portico does not ask it. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { get } from "../../harness/message.ts";
import { peer } from "../../harness/peers.ts";
import type { LogLine } from "../../harness/portico.ts";
import { exchange } from "../../harness/rawClient.ts";
import { openTomcatStage } from "./tomcatStage.ts";

const { skip } = peer("tomcat");
const stage = skip === false ? await openTomcatStage({ after }) : null;

/** Path on the node, what Tomcat answers, and the rule by which Portico refuses the public one with 400. */
const ODD: readonly (readonly [path: string, tomcat: number, rule: string])[] = [
	["/x/..;/x/echo.jsp", 200, "path.dot-segment"],
	["/x/..;a=b/x/echo.jsp", 200, "path.dot-segment"],
	["/x/a/..;/echo.jsp", 200, "path.dot-segment"],
	["/x/.;/echo.jsp", 200, "path.dot-segment"],
	["/x/echo.jsp;jsessionid=1", 200, "path.parameter"],
	["/x;v=1/echo.jsp", 200, "path.parameter"],
	["/x/;/echo.jsp", 200, "path.empty-segment"],
	["/x/;/WEB-INF/web.xml", 404, "path.empty-segment"],
	["/x/%2e%2e/x/echo.jsp", 200, "path.encoded-dot"],
	["/x/%2e%2e;/x/echo.jsp", 200, "path.encoded-dot"],
	["/x/.%2e/x/echo.jsp", 200, "path.encoded-dot"],
	["/x/a/../echo.jsp", 200, "path.dot-segment"],
	["/x/./echo.jsp", 200, "path.dot-segment"],
	["/x/..", 404, "path.dot-segment"],
	["/x//echo.jsp", 200, "path.empty-segment"],
	["/x/a/..%2fecho.jsp", 400, "path.encoded-dot"],
	["/x%2fecho.jsp", 400, "path.encoded-slash"],
	["/x/%5cecho.jsp", 400, "path.encoded-backslash"],
	["/x/\\echo.jsp", 400, "target.character"],
	["/x/echo.jsp%00", 400, "path.nul"],
	["/x/echo.jsp%3bjsessionid=1", 404, "path.encoded-parameter"],
	["/x/%252e%252e/x/echo.jsp", 404, "path.encoded-dot"],
	["/x/%c0%ae%c0%ae/x/echo.jsp", 400, "path.overlong-utf8"],
	["/x/%e9", 400, "path.invalid-utf8"],
	["/x/%zz", 400, "path.invalid-encoding"],
	["/x/%", 400, "path.invalid-encoding"],
];

/** Status of either, and Portico's line in the access log; by path. */
const seen = new Map<string, { readonly tomcat: number; readonly portico: number; readonly line: LogLine | undefined }>();

test("all paths are sent to both", { skip }, async (t) => {
	if (stage === null) return;
	const { portico } = stage;
	const logged = () => portico.log.filter((line) => "request_id" in line);
	const statuses: number[][] = [];
	for (const [path] of ODD) {
		const direct = await exchange(t, stage.pair.nodes[0].http, get(path, "Connection: close"));
		statuses.push([direct.status, (await stage.get(t, path.replace("/x", "/is-x"))).status]);
	}
	await portico.child.until(() => (logged().length >= ODD.length ? true : undefined), "all lines of the access log");
	for (const [index, [path]] of ODD.entries()) {
		const [tomcat = 0, ours = 0] = statuses[index] ?? [];
		seen.set(path, { tomcat, portico: ours, line: logged()[index] });
	}
});

for (const [path, tomcat, rule] of ODD) {
	test(`${path}: Tomcat answers ${tomcat}, Portico refuses it by ${rule}`, { skip }, () => {
		const { line, ...statuses } = seen.get(path) ?? {};
		assert.deepEqual(statuses, { tomcat, portico: 400 });
		assert.deepEqual(
			[line?.error, line?.rule, line?.upstream_status],
			[rule.startsWith("path.") ? "path_refused" : "request_target_refused", rule, null],
		);
	});
}

test("an encoded letter means the same to both", { skip }, async (t) => {
	const response = await stage?.get(t, "/is-x/%65cho.jsp");
	assert.equal(response?.status, 200);
	assert.match(response?.body.toString() ?? "", /"uri":"\/x\/%65cho\.jsp"/);
});

test("two slashes before the context are not the context", { skip }, async (t) => {
	if (stage === null) return;
	const direct = await exchange(t, stage.pair.nodes[0].http, get("//x/echo.jsp", "Connection: close"));
	assert.equal(direct.status, 200);
	assert.equal((await stage.get(t, "//is-x/echo.jsp")).status, 400);
});
