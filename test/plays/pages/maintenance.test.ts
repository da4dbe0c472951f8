/** Maintenance: of a service or of all, by the file or by an operator, over reloads. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { runCommand } from "../../../src/commands/commands.fixture.ts";
import * as maintenance from "../../../src/commands/maintenance.ts";
import * as reload from "../../../src/commands/reload.ts";
import type { Scope } from "../../harness/deadline.ts";
import { field, requestText } from "../../harness/message.ts";
import { connectRaw, exchange } from "../../harness/rawClient.ts";
import { adminAddress, ask as askAdmin, startAdministered, startGatedNode, status } from "../admin/rig.ts";

const scope = { after };
const GUEST = "127.0.0.9";
const node = await startGatedNode(scope, "a");
const portico = await startAdministered(
	scope,
	[node],
	{},
	{
		maintenance: { page: "page.html", retryAfter: "90s", allow: [GUEST] },
		redirects: [{ from: "/", to: "/app" }],
		responses: [{ path: "/robots.txt", body: "x" }],
	},
	{ files: { "page.html": "<p>Back soon ({status})</p>" } },
);
const url = `http://${adminAddress(portico)}`;
const COMMANDS = { maintenance, reload };
const run = async (name: keyof typeof COMMANDS, ...words: string[]) =>
	runCommand(COMMANDS[name].register, [name, ...words, "--admin", url]);

async function ask(t: Scope, target: string, accept = "text/html") {
	return exchange(t, portico.port, requestText("GET", target, { fields: [`Accept: ${accept}`] }));
}
const statuses = async (t: Scope) => Promise.all(["/app", "/api"].map(async (path) => (await ask(t, path)).status));

test("a service in maintenance gets 503 with the page; its requests in flight finish, and guests pass", async (t) => {
	const running = await connectRaw(t, portico.port);
	const reached = node.waiting();
	await running.send(requestText("GET", "/app/slow"));
	while (node.waiting() === reached) await ask(t, "/api");
	assert.deepEqual(await run("maintenance", "on", "app"), { out: "app: maintenance\napi: serves\n", err: "", code: 0 });
	assert.deepEqual(await statuses(t), [503, 200]);

	const response = await ask(t, "/app/x");
	assert.equal(response.body.toString(), "<p>Back soon (503)</p>");
	assert.deepEqual(
		["retry-after", "cache-control", "proxy-status"].map((name) => field(response, name)),
		["90", "no-store", "portico; error=maintenance"],
	);
	assert.equal(JSON.parse((await ask(t, "/app", "application/json")).body.toString()).error, "maintenance");
	const guest = await connectRaw(t, portico.port, { localAddress: GUEST });
	await guest.send(requestText("GET", "/app"));
	assert.equal((await guest.response()).body.toString(), "a");
	node.letGo();
	assert.equal((await running.response()).status, 200);
	// The connection is kept, and its next request is refused.
	await running.send(requestText("GET", "/app"));
	assert.equal((await running.response()).status, 503);

	const report = await status(portico);
	assert.deepEqual([report.maintenance, report.services.map((each) => each.maintenance)], [false, [true, false]]);
	const { text } = await askAdmin(portico, "/metrics");
	assert.match(text, /^portico_service_maintenance\{service="app"\} 1$/m);
	assert.match(text, /^portico_errors_total\{code="maintenance"\} [1-9]/m);
	const changed = await portico.event("maintenance_changed");
	assert.deepEqual([changed.service, changed.on, changed.by], ["app", true, "loopback"]);
});

test("it survives a reload, and ends if the file then says something else; the instance has a switch of its own", async (t) => {
	const file = join(portico.folder, "portico.yaml");
	const text = readFileSync(file, "utf8");
	writeFileSync(file, `${text}\ntimeouts: { drain: 29s }\n`);
	assert.equal((await run("reload")).code, 0);
	assert.deepEqual(await statuses(t), [503, 200]);
	assert.match((await run("maintenance", "on")).out, /^whole instance: maintenance\napp: maintenance\napi: maintenance\n$/);
	assert.deepEqual(await statuses(t), [503, 503]);
	// What needs no node is there nevertheless.
	assert.equal((await ask(t, "/robots.txt")).status, 200);
	assert.equal((await ask(t, "/")).status, 302);
	assert.equal((await run("maintenance", "off", "app")).code, 0);
	assert.deepEqual(await statuses(t), [503, 503]);
	assert.equal((await run("maintenance", "off")).out, "app: serves\napi: serves\n");
	assert.deepEqual(await statuses(t), [200, 200]);

	const before = portico.log.length;
	writeFileSync(file, text.replace("maintenance:", "maintenance:\n  on: true"));
	assert.match((await run("reload")).out, /maintenance\.on false → true/);
	assert.deepEqual(await statuses(t), [503, 503]);
	assert.ok(portico.log.length > before);
	assert.equal((await run("maintenance", "off")).code, 0);
	assert.deepEqual(await statuses(t), [200, 200]);
	assert.equal((await run("reload")).code, 0);
	assert.deepEqual(await statuses(t), [200, 200]);
});

test("an unknown service is named, with those that there are; both ways are equal over the API", async () => {
	const { err, code } = await run("maintenance", "on", "ap");
	assert.equal(code, 1);
	assert.match(err, /There is no service "ap"; there are app, api\./);
	for (const body of ['{"on":1}', '{"service":"app"}', '{"on":true,"x":1}']) {
		const refused = await askAdmin(portico, "/api/v1/maintenance", {
			method: "POST",
			fields: { "Content-Type": "application/json" },
			body,
		});
		assert.equal(refused.status, 400, body);
	}
});
