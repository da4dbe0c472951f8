/** What was set at run time survives a reload, unless the file now says something else; so does what was observed. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { get, responseText } from "../../harness/message.ts";
import { exchange } from "../../harness/rawClient.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { eventually, serve } from "../../harness/stage.ts";
import { changeNode, memberOf } from "../admin/rig.ts";
import { changesOf, configOf, entry, Reloadable, startNodes } from "./rig.ts";

const [a, b, c, d] = await startNodes({ after }, "a", "b", "c", "d");
if (a === undefined || b === undefined || c === undefined || d === undefined) throw new Error("four nodes are needed");

test("a drain and a weight survive what does not concern them, and that their node moves", async (t) => {
	const rig = await Reloadable.start(t, configOf([a, b]));
	await changeNode(rig.portico, "a", { adminState: "draining", deadline: "1h" });
	const { weight } = (await changeNode(rig.portico, "b", { weight: 7 })).members[0] ?? {};
	assert.equal(weight, 7);
	const before = await memberOf(rig.portico, "a/http");
	changesOf(
		await rig.reload(({ services: { app } }) => {
			app.nodes = [entry(d), entry(b), { name: "a", url: c.url }];
		}),
	);
	const [memberA, memberB] = [await memberOf(rig.portico, "a/http"), await memberOf(rig.portico, "b/http")];
	assert.deepEqual([memberA.adminState, memberA.eligible], ["draining", false]);
	assert.deepEqual([memberA.drain?.since, memberA.drain?.deadline], [before.drain?.since, before.drain?.deadline]);
	assert.deepEqual([memberB.adminState, memberB.weight], ["enabled", 7]);
	for (let count = 0; count < 6; count++) assert.notEqual((await exchange(t, rig.portico.port, get("/app"))).body.toString(), "c");
});

test("the file decides again where it says something else", async (t) => {
	const rig = await Reloadable.start(t, configOf([a, b]));
	await changeNode(rig.portico, "a", { adminState: "draining", weight: 7 });
	await changeNode(rig.portico, "b", { adminState: "disabled" });
	await rig.reload(({ services: { app } }) => {
		app.nodes = [entry(a, { weight: 3 }), entry(b, { state: "draining" })];
	});
	const [memberA, memberB] = [await memberOf(rig.portico, "a/http"), await memberOf(rig.portico, "b/http")];
	assert.deepEqual([memberA.adminState, memberA.weight], ["draining", 3]);
	assert.equal(memberB.adminState, "draining");
	await rig.reload(({ services: { app } }) => {
		app.nodes = [entry(a, { weight: 3 }), entry(b)];
	});
	assert.equal((await memberOf(rig.portico, "b/http")).adminState, "enabled");
});

test("a node that is removed and added again begins anew, as the file says", async (t) => {
	const rig = await Reloadable.start(t, configOf([a, b]));
	await changeNode(rig.portico, "a", { adminState: "disabled" });
	await rig.reload(({ services: { app } }) => app.nodes.shift());
	await rig.reload(({ services: { app } }) => app.nodes.unshift(entry(a)));
	assert.equal((await memberOf(rig.portico, "a/http")).adminState, "enabled");
	const names = [await exchange(t, rig.portico.port, get("/app")), await exchange(t, rig.portico.port, get("/app"))];
	assert.deepEqual(names.map(({ body }) => body.toString()).sort(), ["a", "b"]);
});

test("without an admin server states and weights are those of the file", async (t) => {
	const rig = await Reloadable.start(t, configOf([a, b], { admin: undefined }));
	const answers = async () => {
		const names = [];
		for (let count = 0; count < 4; count++) names.push((await exchange(t, rig.portico.port, get("/app"))).body.toString());
		return names.sort().join("");
	};
	assert.equal(await answers(), "aabb");
	changesOf(
		await rig.reload(({ services: { app } }) => {
			app.nodes = [entry(a, { state: "disabled" }), entry(b)];
		}),
	);
	assert.equal(await answers(), "bbbb");
	await rig.reload(({ services: { app } }) => {
		app.nodes = [entry(a, { weight: 3 }), entry(b)];
	});
	assert.equal(await answers(), "aaab");
});

test("health follows: a node that is down stays down, one that comes is checked, one that goes is checked no more", async (t) => {
	const checks = new Map<string, number>();
	const node = async (name: string, healthy: boolean) => {
		const server = await startRawServer(
			t,
			serve(({ target }) => {
				if (target !== "/health") return responseText(200, [], name);
				checks.set(name, (checks.get(name) ?? 0) + 1);
				return responseText(healthy ? 200 : 503);
			}),
		);
		return { name, url: `http://127.0.0.1:${server.port}`, server };
	};
	const [good, bad, late] = [await node("good", true), await node("bad", false), await node("late", false)];
	const config = configOf([good, bad]);
	config.services.app.health = { check: { path: "/health", interval: "100ms", downInterval: "100ms", fall: 1, rise: 1 } };
	const rig = await Reloadable.start(t, config);
	await rig.portico.event("member_down", ({ member }) => member === "bad/http");
	const before = await memberOf(rig.portico, "bad/http");
	changesOf(await rig.reload(({ services: { app } }) => app.nodes.unshift(entry(late))));
	const still = await memberOf(rig.portico, "bad/http");
	assert.deepEqual([still.health, still.healthSince], ["down", before.healthSince]);
	await rig.portico.event("member_down", ({ member }) => member === "late/http");
	changesOf(await rig.reload(({ services: { app } }) => app.nodes.pop()));
	const count = checks.get("bad") ?? 0;
	const goal = (checks.get("good") ?? 0) + 5;
	await eventually(
		() => (checks.get("good") ?? 0) >= goal,
		() => "checks of the node that is still there",
	);
	// One may have been under way.
	assert.ok((checks.get("bad") ?? 0) <= count + 1);
	assert.equal(rig.portico.log.filter(({ msg, member }) => msg === "member_down" && member === "bad/http").length, 1);
	assert.equal((await exchange(t, rig.portico.port, get("/app"))).body.toString(), "good");
});
