import assert from "node:assert/strict";
import { test } from "node:test";
import type { PresetTable } from "../config/presetTable.ts";
import { PRESET_NAMES, PRODUCTS } from "../products/products.ts";
import type { SourceId } from "../products/sources.ts";
import { runCommand } from "./commands.fixture.ts";
import { register } from "./explain.ts";

const explain = (...words: string[]) => runCommand(register, ["explain", ...words]);

test("the table of a product and version, without a file", async () => {
	const { out, code } = await explain("--preset", "wso2-is", "--version", "5.10");
	assert.equal(code, 0);
	assert.match(out, /^wso2-is 5\.10 \(known: 5\.0, /);
	assert.match(out, /^servlet +9443 +9763 +100 MiB +GET \/api\/health-check\/v1\.0\/health, else GET \/services\/Version +default ports$/m);
	assert.match(out, /^\/user-portal \* +servlet +public +cookie.* all +product-is 12024$/m);
	assert.match(out, /^\/carbon \* +servlet +blocked, locked .*all +network security$/m);
	assert.match(out, /^sessionNonceCookie-\* +each login adds one/m);
	assert.match(out, /^a request's head: 8 KiB, /m);
	assert.match(out, /firstByte 300s, upstreamIdle 180s, tunnelIdle 3600s/);
	assert.match(out, /^\/authenticationendpoint \* +servlet +public +cookie, logins +rewritten +idempotent +all /m);
	assert.doesNotMatch(out, /^\/console/m);
});

test("as JSON, of the newest version unless told", async () => {
	const table = JSON.parse((await explain("--preset", "wso2-apim", "--json")).out) as {
		version: string;
		contexts: { path: string; pool: string; upgrade: string | null; affinity: string | null; methods: null }[];
	};
	assert.equal(table.version, "4.x");
	const { pool, upgrade, affinity, methods } = table.contexts.find((row) => row.path === "/{context}" && row.upgrade !== null) ?? {};
	assert.deepEqual([pool, upgrade, affinity, methods], ["websocket", "websocket", null, null]);
	assert.equal(table.contexts.find(({ path }) => path === "/devportal")?.affinity, "cookie");
});

test("each version that is known prints its own table, every row with where it comes from", async () => {
	for (const product of PRESET_NAMES) {
		const { versions } = PRODUCTS[product];
		for (const version of [...versions, ...new Set(versions.map((each) => `${each.split(".")[0]}.x`))]) {
			const { out, err, code } = await explain("--preset", product, "--version", version);
			assert.deepEqual([code, err], [0, ""], `${product} ${version}`);
			assert.ok(out.startsWith(`${product} ${version} (known: `));
			assert.doesNotMatch(out, /undefined|NaN|\[object/);
			const table = JSON.parse((await explain("--preset", product, "--version", version, "--json")).out) as PresetTable;
			assert.equal(table.version, version);
			for (const { source } of [...table.pools, ...table.contexts, ...table.cookies])
				assert.ok(table.sources[source as SourceId], `${source}`);
		}
	}
});

test("an unknown product or version says what there is", async () => {
	await assert.rejects(explain("--preset", "wso2-iss"), /known: wso2-is$/);
	await assert.rejects(explain("--preset", "http"), /known: wso2-is and wso2-apim$/);
	await assert.rejects(
		explain("--preset", "wso2-is", "--version", "7.9"),
		/no known version "7\.9"; the nearest is 7\.x; known are 5\.0, /,
	);
	await assert.rejects(explain("--preset", "wso2-is", "--version", "new"), /no known version "new"; known are 5\.0, /);
});

test("without a preset a file and a request are asked for", async () => {
	for (const words of [["-c", "examples/article.yaml"], []]) {
		const { err, code } = await explain(...words);
		assert.deepEqual([code, err], [3, "portico: write portico explain [FILE] [METHOD] URL, or --preset PRODUCT\n"]);
	}
});
