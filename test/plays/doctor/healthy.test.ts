/** An estate without faults: the doctor has nothing to say. */
import assert from "node:assert/strict";
import { globSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import { wellConfigured } from "../../../estate/misconfiguration.ts";
import { openRig, PUBLIC } from "./rig.ts";

const slash = (prefix: string): object => ({ host: undefined, prefix });

const rig = await openRig({ after });

test("a healthy estate has no findings, nothing is skipped, and the exit code is 0", async () => {
	const { report, code } = await rig.diagnose();
	assert.deepEqual(report.findings, []);
	assert.deepEqual(report.skipped, []);
	assert.equal(code, 0);
});

test("nor has one under slash prefixes that the nodes know, on one host, with tenants", async (t) => {
	const [is, apim] = [slash("/is/"), slash("/apim/")];
	const slashed = await openRig(t, { is, apim, contexts: { is: "/is", apim: "/apim" } });
	const told = { gatewayOrigin: `https://${PUBLIC}/apim` };
	const { report, code } = await slashed.diagnoseWith(told, ["am-1", "am-2"], ["--tenant", "acme.com"]);
	assert.deepEqual([report.findings, report.skipped, code], [[], [], 0]);
});

test("where Portico rewrites bodies, only what it may not touch is left of a wrong host name: what is signed, and what is registered", async () => {
	const found = await rig.diagnoseWith({ urlOrigin: "https://localhost:9443" });
	assert.deepEqual(found.ids, ["oidc.issuer", "saml.location", "callback.host"]);
});

test("every way in which the estate's nodes can be set up wrongly is tried", () => {
	const folder = new URL("./", import.meta.url);
	const plays = globSync("*.test.ts", { cwd: folder }).map((file) => readFileSync(new URL(file, folder), "utf8"));
	assert.deepEqual(
		Object.keys(wellConfigured()).filter(
			(name) => !plays.some((text) => text.includes(`${name}: `) || text.includes(`switches.${name} = `)),
		),
		[],
	);
});
