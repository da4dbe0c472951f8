import assert from "node:assert/strict";
import { test } from "node:test";
import { BARE, planOf, routePlan, SLASH, servicePlan } from "../../test/harness/plans.ts";
import type { PathMapping } from "../plan/service.ts";
import { SessionFrames } from "./sessionFrames.ts";

const DASH: PathMapping = { from: "/apim-", to: "/" };
const CALLBACK = "services/auth/callback/login";
const FRAMES = {
	is: routePlan({ service: 0, pattern: "/is-oidc/checksession" }),
	apim: routePlan({ service: 1, pattern: "/apim-oidc/checksession" }),
	tenant: routePlan({ service: 1, pattern: "/apim-t/{tenant}/oidc/checksession" }),
	authorize: routePlan({ service: 1, pattern: "/apim-oauth2/authorize" }),
};

/** Identity Server, and API Manager with a developer portal at `outside`. */
function frames(mapping: PathMapping, outside: string, rewriteBodies = true): SessionFrames {
	const services = [servicePlan(), servicePlan({ name: "apim", product: "wso2-apim", mappings: [mapping] })];
	return SessionFrames.build(
		planOf(services, [...Object.values(FRAMES), routePlan({ service: 1, pattern: outside, mapping, rewriteBodies })]),
	);
}

test("a portal's callback is asked for as it is registered, of either product and in a tenant's form", () => {
	const dash = frames(DASH, "/apim-devportal");
	const registered = encodeURIComponent(`https://sso.example.com/devportal/${CALLBACK}`);
	const query = `?client_id=a&redirect_uri=https://sso.example.com/apim-devportal/${CALLBACK}`;
	for (const route of [FRAMES.is, FRAMES.apim, FRAMES.tenant])
		assert.equal(dash.queryFor(route, query), `?client_id=a&redirect_uri=${registered}`);
	const encoded = encodeURIComponent(`https://sso.example.com/apim-devportal/${CALLBACK}`);
	assert.equal(dash.queryFor(FRAMES.apim, `?redirect_uri=${encoded}&x=1`), `?redirect_uri=${registered}&x=1`);
	const slash = frames({ from: "/apim", to: "" }, "/apim/devportal");
	assert.equal(
		slash.queryFor(FRAMES.apim, `?redirect_uri=https://sso.example.com/apim/devportal/${CALLBACK}`),
		`?redirect_uri=${registered}`,
	);
});

test("nothing else is touched", () => {
	const dash = frames(DASH, "/apim-devportal");
	const own = `https://sso.example.com/apim-devportal/${CALLBACK}`;
	for (const query of [
		"",
		"?",
		"?redirect_uri=",
		"?redirect_uri=%zz",
		`?post_redirect_uri=${own}`,
		`?redirect_uri=https://sso.example.com/devportal/${CALLBACK}`,
		`?redirect_uri=https://other.example.com/apim-devportal/${CALLBACK}`,
		`?redirect_uri=${own}/x`,
		"?redirect_uri=https://sso.example.com/is-myaccount",
	])
		assert.equal(dash.queryFor(FRAMES.apim, query), query, query);
	assert.equal(dash.queryFor(FRAMES.authorize, `?redirect_uri=${own}`), `?redirect_uri=${own}`);
});

test("a portal whose pages stay as they are says what it means, and one without a prefix as well", () => {
	const query = `?redirect_uri=https://sso.example.com/apim-devportal/${CALLBACK}`;
	assert.equal(frames(DASH, "/apim-devportal", false).queryFor(FRAMES.apim, query), query);
	assert.equal(frames(BARE, "/devportal").queryFor(FRAMES.apim, query), query);
	assert.equal(frames(SLASH, "/devportal").queryFor(FRAMES.apim, query), query);
});
