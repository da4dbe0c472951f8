import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf, routePlan, servicePlan } from "../../test/harness/plans.ts";
import type { PathMapping } from "../plan/service.ts";
import { withQueryValues } from "./queryValues.ts";

const DASH: PathMapping = { from: "/apim-", to: "/" };
const CALLBACK = "services/auth/callback/login";
const FRAMES = {
	is: routePlan({ service: 0, pattern: "/is-oidc/checksession" }),
	apim: routePlan({ service: 1, pattern: "/apim-oidc/checksession" }),
	tenant: routePlan({ service: 1, pattern: "/apim-t/{tenant}/oidc/checksession" }),
	authorize: routePlan({ service: 1, pattern: "/apim-oauth2/authorize" }),
};

/** The values of each of {@link FRAMES}, with a developer portal at `outside`. */
function valuesOf(mapping: PathMapping, outside: string, rewriteBodies = true) {
	const services = [servicePlan(), servicePlan({ name: "apim", product: "wso2-apim", mappings: [mapping] })];
	const { routes } = planOf(services, [...Object.values(FRAMES), routePlan({ service: 1, pattern: outside, mapping, rewriteBodies })]);
	return withQueryValues(services, routes).map(({ queryValues }) => queryValues);
}

test("a portal's callback is known as it is registered, to the frames of either product and of tenants", () => {
	for (const [mapping, outside] of [
		[DASH, "/apim-devportal"],
		[{ from: "/apim", to: "" }, "/apim/devportal"],
	] as const) {
		const [is, apim, tenant, ...others] = valuesOf(mapping, outside);
		assert.deepEqual(apim, {
			parameter: "redirect_uri",
			values: [[`https://sso.example.com${outside}/${CALLBACK}`, `https://sso.example.com/devportal/${CALLBACK}`]],
		});
		assert.ok(is === apim && tenant === apim);
		assert.deepEqual(others, [null, null]);
	}
});

test("a portal whose pages stay as they are says what it means, and one without a prefix as well", () => {
	const bare: PathMapping = { from: "", to: "" };
	const none = [null, null, null, null, null];
	assert.deepEqual(valuesOf(DASH, "/apim-devportal", false), none);
	assert.deepEqual(valuesOf(bare, "/devportal"), none);
});
