import assert from "node:assert/strict";
import { test } from "node:test";
import { HeaderList } from "../http/headers.ts";
import { BODY_CHUNKED } from "../http/message.ts";
import { LOGINS } from "../products/carbon/logins.ts";
import { Flows, isShortForm } from "./flows.ts";
import { TestMemory } from "./memory.fixture.ts";
import { KeyMaker } from "./memory.ts";

const NOW = 1_750_000_000_000;
const MINUTE = 60_000;
const FORM = HeaderList.of(["Content-Type", "application/x-www-form-urlencoded; charset=utf-8"]);
const SOAP = HeaderList.of(["Content-Type", "text/xml"]);
const TWO = 1;

function stage() {
	const memory = new TestMemory();
	const flows = new Flows(LOGINS, memory.flows, new KeyMaker(memory.secret, "is"), (id) => ["is-1", "is-2"][id]);
	return {
		memory,
		flows,
		/** is-2 sends the client there. */
		redirect: (location: string, target = "/oauth2/authorize", wall = NOW) => flows.answered(null, target, 302, location, TWO, wall),
		body: (headers: HeaderList, text: string, wall = NOW) => flows.claimOfBody(headers, text, wall),
		count: () => memory.flows.entries.size,
	};
}

test("a login under way is found again by query and by form, for ten minutes", () => {
	const { flows, redirect, body } = stage();
	redirect("https://is/authenticationendpoint/login.do?sessionDataKey=k1");
	assert.equal(flows.claimOf("/logincontext?sessionDataKey=k1", NOW)?.node, "is-2");
	assert.equal(body(FORM, "username=u&sessionDataKey=k1")?.node, "is-2");
	assert.equal(flows.claimOf("/logincontext?sessionDataKey=k1", NOW + 10 * MINUTE - 1000)?.node, "is-2");
	assert.equal(flows.claimOf("/logincontext?sessionDataKey=k1", NOW + 10 * MINUTE), null);
	for (const target of ["/logincontext?sessionDataKey=k2", "/logincontext", "/sessionDataKey=k1", "?code=k1"]) {
		assert.equal(flows.claimOf(target, NOW), null, target);
	}
});

test("a code leads the token request to the node that made it, once", () => {
	const { flows, redirect, body, count } = stage();
	redirect("https://app.example.com/callback?code=c1&state=s");
	const claim = body(FORM, "grant_type=authorization_code&code=c1");
	assert.equal(claim?.node, "is-2");
	assert.equal(flows.claimOf("/commonauth?sessionDataKey=c1", NOW), null);
	flows.answered(claim, "/oauth2/token", 502, null, TWO, NOW);
	assert.equal(count(), 1);
	flows.answered(claim, "/oauth2/token", 200, null, TWO, NOW);
	assert.equal(count(), 0);
	assert.equal(body(FORM, "grant_type=authorization_code&code=c1"), null);
});

test("an artifact leads its resolution to the node that made it", () => {
	const { redirect, body } = stage();
	redirect("https://sp.example.com/acs?SAMLart=AAQ%2B1&RelayState=constant");
	assert.equal(body(SOAP, "<p:ArtifactResolve><p:Artifact>AAQ+1</p:Artifact></p:ArtifactResolve>")?.node, "is-2");
	assert.equal(body(FORM, "SAMLart=AAQ%2B1"), null);
	// What the service provider gave does not draw its users to one node.
	assert.equal(body(FORM, "SAMLResponse=r&RelayState=constant"), null);
});

test("a login at another identity provider comes back by its RelayState; one that begins with the same does not", () => {
	const { flows, redirect, body } = stage();
	redirect("https://idp.example.com/sso?SAMLRequest=r&RelayState=own");
	assert.equal(body(FORM, "SAMLResponse=r&RelayState=own")?.node, "is-2");
	assert.equal(flows.claimOf("/samlsso?SAMLRequest=r&RelayState=own", NOW), null);
});

test("a page's key that the node does not go on with is forgotten", () => {
	const { redirect, count, flows } = stage();
	redirect("/login.do?sessionDataKey=k1");
	redirect("/login.do?sessionDataKey=k1&authFailure=true", "/commonauth?sessionDataKey=k1");
	assert.equal(count(), 1);
	redirect("https://app.example.com/callback?code=c1", "/oauth2/authorize?sessionDataKey=k1");
	assert.equal(flows.claimOf("/x?sessionDataKey=k1", NOW), null);
	assert.equal(count(), 1);
});

test("a key of a member that is gone is no claim", () => {
	const { flows, count } = stage();
	flows.answered(null, "/", 302, "/login.do?sessionDataKey=k1", 7, NOW);
	assert.equal(count(), 1);
	assert.equal(flows.claimOf("/x?sessionDataKey=k1", NOW), null);
});

test("bodies that are waited for: forms and SOAP messages of POST, whose length is known and small", () => {
	const { flows } = stage();
	const typed = (type: string, ...more: (readonly [string, string])[]) => HeaderList.of(["Content-Type", type], ...more);
	assert.ok(flows.isInBody("POST", FORM, 1));
	assert.ok(flows.isInBody("POST", SOAP, 65_536));
	assert.ok(flows.isInBody("POST", typed("Application/SOAP+XML ;a=b"), 10));
	assert.ok(!flows.isInBody("POST", FORM, 65_537));
	assert.deepEqual([isShortForm("POST", FORM, 1), isShortForm("POST", SOAP, 1), isShortForm("POST", FORM, 65_537)], [true, false, false]);
	assert.ok(!isShortForm("PUT", FORM, 1) && !isShortForm("POST", FORM, BODY_CHUNKED));
	assert.ok(!flows.isInBody("POST", FORM, 0));
	assert.ok(!flows.isInBody("POST", FORM, -1));
	assert.ok(!flows.isInBody("PUT", FORM, 10));
	assert.ok(!flows.isInBody("POST", HeaderList.of(), 10));
	assert.ok(!flows.isInBody("POST", typed("application/json"), 10));
	assert.ok(!flows.isInBody("POST", typed("application/x-www-form-urlencoded", ["Content-Encoding", "gzip"]), 10));
});
