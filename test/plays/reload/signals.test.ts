/** Signals around a reload. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { constants } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { stringify } from "yaml";
import { startNode } from "../../harness/child.ts";
import { temporaryFolder } from "../../harness/folder.ts";
import { CLI } from "../../harness/portico.ts";
import { eventually } from "../../harness/stage.ts";
import { handles } from "../failures/processState.ts";
import { configOf, entry, outcomesOf, Reloadable, startNodes } from "./rig.ts";

const { SIGHUP } = constants.signals;

test("signals that come during a reload share the next one, and the last file counts", async (t) => {
	const [a, b] = await startNodes(t, "a", "b");
	assert.ok(a && b);
	const rig = await Reloadable.start(t, configOf([a]));
	const { portico } = rig;
	for (let weight = 2; weight <= 40; weight++) {
		// As editors do: it is never there in part.
		writeFileSync(
			join(portico.folder, "portico.yaml"),
			stringify({ ...rig.config, services: { app: { ...rig.config.services.app, nodes: [entry(a, { weight })] } } }),
		);
		portico.signal("SIGHUP");
	}
	const last = () => outcomesOf(portico).some(({ changes }) => /→ 40$/.test(String(changes)));
	await eventually(last, () => "the last weight", 20_000);
	assert.ok(outcomesOf(portico).length < 39, "some were shared");
	assert.deepEqual(await portico.stop(), { code: 0, signal: null });
});

test("a signal that comes while it starts is not lost, and does not end it", async (t) => {
	const [a] = await startNodes(t, "a");
	assert.ok(a);
	const folder = temporaryFolder(t, { "portico.yaml": stringify(configOf([a])) });
	const child = startNode(t, [CLI, "run", "-c", join(folder, "portico.yaml")], { cwd: folder });
	const eventAt = (name: string) => child.stderr.indexOf(`"msg":"${name}"`);
	// From the first moment at which it would not end it.
	await eventually(
		() => handles(child.pid, SIGHUP),
		() => "its handler",
		20_000,
	);
	child.signal("SIGHUP");
	await child.until(() => (eventAt("config_reloaded") === -1 ? undefined : true), "the reload", 20_000);
	assert.ok(eventAt("ready") < eventAt("config_reloaded"));
});

test("TERM during a reload ends the process in order", async (t) => {
	const [a] = await startNodes(t, "a");
	assert.ok(a);
	const rig = await Reloadable.start(t, configOf([a]));
	for (let count = 0; count < 3; count++) rig.portico.signal("SIGHUP");
	assert.deepEqual(await rig.portico.stop(), { code: 0, signal: null });
	assert.deepEqual(
		rig.portico.log.filter(({ msg }) => String(msg).startsWith("worker_")),
		[],
	);
});
