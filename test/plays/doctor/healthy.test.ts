/** An estate without faults: the doctor has nothing to say. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { openRig } from "./rig.ts";

const rig = await openRig({ after });

test("a healthy estate has no findings, everything could be asked, and the exit code is 0", async () => {
	const { report, code } = await rig.examine();
	assert.deepEqual(report.findings, []);
	assert.deepEqual(report.unasked, []);
	assert.equal(code, 0);
});

test("where Portico rewrites bodies, only what it may not touch is left of a wrong host name: what is signed, and what is registered", async () => {
	const found = await rig.examineWith({ urlOrigin: "https://localhost:9443" });
	assert.deepEqual(found.ids, ["oidc.issuer", "saml.location", "callback.host"]);
});
