/** Under load: no request fails when Portico ends or its logs are rotated, and no line of the access log is lost. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, renameSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { get, responseText } from "../../harness/message.ts";
import { eventually, openStage, serve } from "../../harness/stage.ts";
import { Load } from "./load.ts";

const CLIENTS = 96;

async function play(t: TestContext, workers: number) {
	const stage = await openStage(t, { services: 1, config: { workers, accessLog: { path: "logs/access.log", format: "common" } } });
	const { path } = stage.service(serve(responseText(200, [], "hi")));
	const load = new Load(t, stage.port, get(path), CLIENTS);
	const servedMore = async (count: number): Promise<void> => {
		const goal = load.served + count;
		await eventually(
			() => load.served >= goal,
			() => `${count} more served; ${load.failures.join("; ")}`,
		);
	};
	await servedMore(200);
	return { stage, load, servedMore, logFile: join(stage.portico.folder, "logs/access.log") };
}

function lines(file: string): string[] {
	const text = readFileSync(file, "utf8");
	assert.ok(text === "" || text.endsWith("\n"));
	return text.split("\n").slice(0, -1);
}

const WHOLE = /^127\.0\.0\.1 - - \[[^\]]+\] "GET \/s0 HTTP\/1\.1" 200 2$/;

for (const workers of [1, 2]) {
	for (let round = 1; round <= 3; round++) {
		test(`TERM under load fails no request and loses no log line (workers: ${workers}, round ${round})`, async (t) => {
			const { stage, load, logFile } = await play(t, workers);
			load.portIsClosing = true;
			const exit = await stage.portico.stop();
			await load.ended();
			assert.deepEqual(load.failures, []);
			assert.deepEqual(exit, { code: 0, signal: null });
			const logged = lines(logFile);
			assert.equal(logged.length, load.served);
			assert.deepEqual(
				logged.filter((line) => !WHOLE.test(line)),
				[],
			);
		});
	}

	test(`rotating the access log under load loses no line (workers: ${workers})`, async (t) => {
		const { stage, load, servedMore, logFile } = await play(t, workers);
		const files = [logFile];
		for (let rotation = 1; rotation <= 3; rotation++) {
			const old = `${logFile}.${rotation}`;
			files.push(old);
			renameSync(logFile, old);
			stage.portico.signal("SIGUSR1");
			await eventually(
				() => existsSync(logFile),
				() => "the new log file",
			);
			await servedMore(100);
		}
		await load.stop();
		assert.deepEqual(await stage.portico.stop(), { code: 0, signal: null });
		assert.deepEqual(load.failures, []);
		const logged = files.flatMap(lines);
		assert.equal(logged.length, load.served);
		assert.deepEqual(
			logged.filter((line) => !WHOLE.test(line)),
			[],
		);
		assert.ok(lines(logFile).length > 0);
	});
}
