import assert from "node:assert/strict";
import { after, test } from "node:test";
import { makeTlsFiles, TODAY } from "./files.fixture.ts";
import { loadText } from "./load.ts";

const tls = await makeTlsFiles();
after(() => tls.remove());

async function told(list: string, more = ""): Promise<string[]> {
	const text = `public: https://sso.example.com
listeners: [ { address: 127.0.0.1:443, tls: { certificates: [ { cert: sso.pem, key: sso.key } ], ciphers: ${list}${more} } } ]
services: { a: { product: http, routes: [ { path: / } ], nodes: [ { name: n, url: "http://10.0.0.1" } ] } }
`;
	const loaded = await loadText(`${tls.directory}/portico.yaml`, text, {}, TODAY);
	const problems = "problems" in loaded ? loaded.problems.map(({ problem, hint }) => `${problem}; ${hint}`) : [];
	return [...problems, ...loaded.warnings.map(({ problem }) => `warning: ${problem}`)];
}

const rows: readonly (readonly [list: string, ...told: RegExp[]])[] = [
	["[TLS_AES_256_GCM_SHA384, ECDHE-ECDSA-AES256-GCM-SHA384]"],
	["[TLS_AES_256_GCM_SHA385, ECDHE-ECDSA-AES256-GCM-SHA384]", /^there is no cipher .*; did you mean `TLS_AES_256_GCM_SHA384`/],
	["[tls_aes_256_gcm_sha384, ECDHE-ECDSA-AES256-GCM-SHA384]", /write TLS_AES_256_GCM_SHA384/],
	["[TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256]", /OpenSSL calls it ECDHE-RSA-AES128-GCM-SHA256/],
	["[TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256]", /OpenSSL calls it ECDHE-ECDSA-CHACHA20-POLY1305/],
	["[TLS_RSA_WITH_AES_256_CBC_SHA]", /OpenSSL calls it AES256-SHA/],
	["['HIGH:!aNULL:!MD5']", /not a rule of OpenSSL/],
	["[HIGH]", /not a rule of OpenSSL/],
	["HIGH", /a list of ciphers is expected/],
	["[RC4-SHA]", /there is no cipher `RC4-SHA`/],
	["[TLS_AES_128_GCM_SHA256, TLS_AES_128_GCM_SHA256]", /listed twice/, /^warning: TLS 1.2 is off/],
	["[TLS_AES_128_GCM_SHA256, AES128-GCM-SHA256]", /^warning: .*AES128-GCM-SHA256` is weak: whoever gets the key/],
	["[TLS_AES_128_GCM_SHA256, ECDHE-RSA-AES128-SHA]", /^warning: .* is weak: CBC/],
	["[TLS_AES_128_GCM_SHA256, DHE-RSA-AES128-GCM-SHA256]", /^warning: .* never agreed on/],
	["[ECDHE-ECDSA-AES256-GCM-SHA384]", /^warning: TLS 1.3 is off/],
];
for (const [list, ...expected] of rows) {
	test(`ciphers ${list}`, async () => {
		const found = await told(list);
		assert.equal(found.length, expected.length, found.join("\n"));
		for (const [index, pattern] of expected.entries()) assert.match(found[index] ?? "", pattern);
	});
}

test("TLS 1.3 alone needs a cipher of its own", async () => {
	assert.match((await told("[ECDHE-RSA-AES128-GCM-SHA256]", ", minVersion: TLSv1.3"))[0] ?? "", /the only version allowed/);
	assert.deepEqual(await told("[TLS_AES_128_GCM_SHA256]", ", minVersion: TLSv1.3"), []);
});
