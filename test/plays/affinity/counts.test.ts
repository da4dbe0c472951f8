/** Sessions and logins are counted over all workers, and a drain is empty when the last one is gone. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { MemberReport } from "../../../src/admin/model.ts";
import type { Scope } from "../../harness/deadline.ts";
import type { Portico } from "../../harness/portico.ts";
import { eventually } from "../../harness/stage.ts";
import { changeNode, memberOf } from "../admin/rig.ts";
import { hop, postForm, redirected, startFlowFront, startFlowNode } from "./flowRig.ts";

async function start(scope: Scope, affinity: object): Promise<Portico> {
	const nodes = await Promise.all(["one", "two"].map((name) => startFlowNode(scope, name)));
	return startFlowFront(scope, nodes, { affinity, config: { admin: { address: "127.0.0.1:0" } } });
}

/** What members say of themselves, as soon as it is so. */
async function until(portico: Portico, what: string, isSo: (one: MemberReport, two: MemberReport) => boolean): Promise<void> {
	const told: { members: readonly MemberReport[] } = { members: [] };
	await eventually(
		async () => {
			told.members = [await memberOf(portico, "one/servlet"), await memberOf(portico, "two/servlet")];
			const [one, two] = told.members;
			return one !== undefined && two !== undefined && isSo(one, two);
		},
		() => `${what}: ${told.members.map(({ name, sessions, flows }) => `${name} ${sessions} ${flows}`).join(", ")}`,
	);
}

test("clients count once each, where they are kept, from when they show their cookie", async (t) => {
	const portico = await start(t, {});
	const cookies: string[] = [];
	for (let i = 0; i < 8; i++) cookies.push((await hop(t, portico, "GET /is-samlsso")).cookie ?? "");
	assert.equal((await memberOf(portico, "one/servlet")).sessions + (await memberOf(portico, "two/servlet")).sessions, 0);
	const homes = await Promise.all(cookies.map(async (cookie) => (await hop(t, portico, "GET /is-samlsso", [`Cookie: ${cookie}`])).node));
	for (const cookie of cookies.slice(4)) await hop(t, portico, "GET /is-samlsso", [`Cookie: ${cookie}`]);
	const [atOne, atTwo] = ["one", "two"].map((node) => homes.filter((home) => home === node).length);
	await until(portico, `${atOne} and ${atTwo} sessions`, (one, two) => one.sessions === atOne && two.sessions === atTwo);

	await changeNode(portico, "one", { adminState: "disabled" });
	for (const [index, cookie] of cookies.entries()) {
		if (homes[index] === "one") assert.equal((await hop(t, portico, "GET /is-samlsso", [`Cookie: ${cookie}`])).node, "two");
	}
	await until(portico, "all sessions at the other node", (one, two) => one.sessions === 0 && two.sessions === 8);
});

test("logins under way count until their code is exchanged", async (t) => {
	const portico = await start(t, {});
	const codes: string[] = [];
	for (let i = 0; i < 6; i++) codes.push((await redirected(t, portico, "https://app/?code=NEW")).location.searchParams.get("code") ?? "");
	await until(portico, "6 logins", (one, two) => one.flows + two.flows === 6);
	for (const code of codes) await postForm(t, portico, "/is-oauth2/token", { code });
	await until(portico, "no login", (one, two) => one.flows + two.flows === 0);
});

test("a drain goes on while its clients come, and is empty when the last has not come for long", async (t) => {
	const portico = await start(t, { sessionIdle: "4s" });
	const clients = await Promise.all(Array.from({ length: 6 }, () => hop(t, portico, "GET /is-samlsso")));
	const client = clients.find(({ node }) => node === "one");
	assert.ok(client?.cookie !== undefined);
	const cookie = [`Cookie: ${client.cookie}`];
	await hop(t, portico, "GET /is-samlsso", cookie);
	// Portico has to run for an idle time before it can say that nobody else is there.
	await changeNode(portico, "one", { adminState: "draining", quiet: "1h" });
	let visits = 0;
	await eventually(
		async () => {
			assert.equal((await hop(t, portico, "GET /is-samlsso", cookie)).node, "one");
			const { drain } = await memberOf(portico, "one/servlet");
			assert.deepEqual([drain?.empty, drain?.sessions], [false, 1]);
			return drain?.counted === true && ++visits > 5;
		},
		() => "all to be counted",
		20_000,
	);
	await portico.event("drain_empty", ({ member }) => member === "one/servlet", 20_000);
	const { drain } = await memberOf(portico, "one/servlet");
	assert.deepEqual([drain?.empty, drain?.sessions, drain?.flows], [true, 0, 0]);
});
