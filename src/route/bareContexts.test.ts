import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { BARE, planOf, routePlan, servicePlan } from "../../test/harness/plans.ts";
import { HeaderList } from "../http/headers.ts";
import type { RoutePlan } from "../plan/route.ts";
import type { PathMapping, ServicePlan } from "../plan/service.ts";
import { BareContexts } from "./bareContexts.ts";
import { Router } from "./router.ts";
import { query } from "./routes.fixture.ts";

const ORIGIN = "https://sso.example.com";

/** Which service of the plan each clue speaks for. */
interface Facts {
	readonly flows?: readonly number[];
	/** Of the form that the request brings. */
	readonly forms?: readonly number[];
	/** Services without an entry set no cookie. */
	readonly cookies?: Readonly<Record<number, boolean>>;
	readonly referer?: string | readonly string[];
}

function prefixed(index: number, mapping: PathMapping, paths: Readonly<Record<string, Partial<RoutePlan>>>): RoutePlan[] {
	return Object.entries(paths).map(([path, fields]) => {
		const pattern = mapping.to === "/" ? mapping.from + path.slice(1) : mapping.from + path;
		return routePlan({ id: `${index}:${path}`, service: index, pattern, mapping, bare: true, ...fields });
	});
}

function townOf(form: "dash" | "slash", more: readonly RoutePlan[] = [], others: readonly ServicePlan[] = []) {
	const mapping = (name: string): PathMapping => (form === "dash" ? { from: `/${name}-`, to: "/" } : { from: `/${name}`, to: "" });
	const contexts = {
		"/commonauth": {},
		"/oauth2": {},
		"/t/{tenant}/oauth2": {},
		"/carbon": { access: "blocked", pool: -1 },
		"/scim2": { access: "restricted", allow: ["10.0.0.0/8"] },
		"/logout": { methods: ["POST"] },
	} as const;
	const routes = [
		...prefixed(0, mapping("is"), { ...contexts, "/myaccount": {} }),
		...prefixed(1, mapping("apim"), {
			...contexts,
			"/publisher": {},
			"/{context}": { bare: false, pathRules: "gateway" },
			"/t/{tenant}": { bare: false, pathRules: "gateway" },
		}),
		...more,
	];
	const services = [servicePlan({ mappings: [mapping("is")] }), servicePlan({ name: "apim", mappings: [mapping("apim")] }), ...others];
	const router = Router.build(planOf(services, routes));
	return (path: string, facts: Facts = {}, overrides: Parameters<typeof query>[1] = {}) => {
		const bare = new BareContexts({ services, routes }, router, {
			ownsFlow: ({ service }, { query: text }) => text.includes("sessionDataKey=") && facts.flows?.includes(service) === true,
			ownsForm: ({ service }, form) => form === "sessionDataKey=1" && facts.forms?.includes(service) === true,
			hasCookie: ({ service }) => facts.cookies?.[service] ?? null,
		});
		const asked = query(path, overrides);
		const headers = new HeaderList();
		for (const value of [facts.referer ?? []].flat()) headers.add("Referer", value);
		const form = facts.forms === undefined ? null : "sessionDataKey=1";
		const request = { asked, query: facts.flows === undefined ? "" : "?sessionDataKey=1", form, headers, scheme: "https" as const };
		const decision = bare.decide(request)?.decision ?? null;
		const told = bare.explain(request);
		const outcome =
			decision === null
				? null
				: decision.kind === "route"
					? `${decision.route.id} ${decision.nodePath}`
					: `${decision.route?.id} ${decision.kind === "own" ? decision.id : decision.rule}`;
		return { outcome, told, needsForm: bare.needsForm(request) };
	};
}

const dash = townOf("dash");
const slash = townOf("slash");
const fromPage = (path: string): Facts => ({ referer: ORIGIN + path });

test("the login under way decides before the affinity cookie, and that before the page", () => {
	const apimPage = fromPage("/apim-authenticationendpoint/login.do");
	assert.equal(dash("/commonauth", { flows: [0], cookies: { 0: false, 1: true }, ...apimPage }).outcome, "0:/commonauth /commonauth");
	assert.equal(dash("/commonauth", { cookies: { 0: true, 1: false }, ...apimPage }).outcome, "0:/commonauth /commonauth");
	assert.equal(dash("/commonauth", { cookies: { 0: true, 1: true }, ...apimPage }).outcome, "1:/commonauth /commonauth");
	assert.equal(slash("/commonauth", fromPage("/is/authenticationendpoint/login.do?x=/apim/y")).outcome, "0:/commonauth /commonauth");
});

test("a form is asked for the login under way where the query does not name one, and decides before the affinity cookie", () => {
	const facts = { cookies: { 0: false, 1: true }, ...fromPage("/apim-authenticationendpoint/login.do") };
	assert.equal(dash("/commonauth", { forms: [0], ...facts }).outcome, "0:/commonauth /commonauth");
	assert.equal(dash("/commonauth", { flows: [1], forms: [0] }).outcome, "1:/commonauth /commonauth");
	assert.equal(dash("/commonauth", { flows: [0, 1], forms: [0] }).outcome, "0:/commonauth /commonauth");
	for (const forms of [[], [0, 1]]) assert.equal(dash("/commonauth", { forms, ...facts }).outcome, "1:/commonauth /commonauth");
	assert.deepEqual(dash("/commonauth", { forms: [0] }).told.slice(1), [
		"Not decided by the login in progress in its query.",
		"It belongs to is by the login in progress in its form.",
		"Treated as /is-commonauth.",
	]);
	const asks = (path: string, of: Facts): boolean => dash(path, of).needsForm;
	assert.deepEqual(
		[asks("/commonauth", facts), asks("/commonauth", { flows: [] }), asks("/commonauth", { flows: [0] }), asks("/nothing", facts)],
		[true, true, false, false],
	);
});

test("a page that lacks its prefix as well tells whose it is, where one service alone has its context", () => {
	for (const town of [dash, slash]) {
		assert.equal(town("/commonauth", fromPage("/myaccount/overview?x=1")).outcome, "0:/commonauth /commonauth");
		assert.equal(town("/oauth2/x", fromPage("/publisher")).outcome, "1:/oauth2 /oauth2/x");
		for (const page of ["/commonauth", "/t/acme/oauth2/x", "/pizza/1.0", "/nothing", "/", "/myaccount/../publisher", "/myaccount;x/"]) {
			assert.equal(town("/commonauth", fromPage(page)).outcome, null, page);
		}
	}
	const posted = dash("/oauth2/x", fromPage("/logout"), { method: "POST" });
	assert.equal(posted.outcome, null);
	const root = servicePlan({ name: "root", mappings: [BARE] });
	const at = townOf("dash", [routePlan({ id: "2:/myaccount", service: 2, pattern: "/myaccount", mapping: BARE })], [root]);
	assert.equal(at("/commonauth", fromPage("/myaccount")).outcome, null, "that page is the root service's");
});

test("what says the same of both services decides nothing", () => {
	for (const facts of [{}, { flows: [0, 1] }, { flows: [] }, { cookies: { 0: true, 1: true } }, { cookies: { 0: false, 1: false } }]) {
		assert.equal(dash("/commonauth", facts).outcome, null);
	}
});

test("a cookie says nothing where the other service would not have issued one", () => {
	assert.equal(dash("/commonauth", { cookies: { 1: true } }).outcome, null);
	assert.equal(
		dash("/commonauth", { cookies: { 1: true }, ...fromPage("/is-authenticationendpoint/login.do") }).outcome,
		"0:/commonauth /commonauth",
	);
});

test("a context that one service alone has needs a clue too, and clues of others do not count", () => {
	assert.equal(dash("/publisher/apis").outcome, null);
	assert.equal(dash("/publisher/apis", { cookies: { 0: true, 1: true } }).outcome, "1:/publisher /publisher/apis");
	assert.equal(dash("/publisher/apis", { cookies: { 0: true, 1: false } }).outcome, null);
	assert.equal(dash("/publisher/apis", fromPage("/is-myaccount/")).outcome, null);
});

test("tenant forms, and what is below a context", () => {
	const facts = { cookies: { 0: true, 1: false } };
	assert.equal(dash("/t/acme/oauth2/authorize", facts).outcome, "0:/t/{tenant}/oauth2 /t/acme/oauth2/authorize");
	assert.equal(slash("/oauth2/authorize", facts).outcome, "0:/oauth2 /oauth2/authorize");
});

test("only the product's own contexts: nothing leads a bare path to an API", () => {
	const facts = { cookies: { 0: false, 1: true }, ...fromPage("/apim-publisher/") };
	for (const path of ["/pizzashack/1.0", "/t/acme/pizza/1.0", "/", "/unknown", "/is-unknown", "/apim-"]) {
		assert.deepEqual(dash(path, facts), { outcome: null, told: [], needsForm: false }, path);
	}
});

test("access, methods and path rules hold as for the path with its prefix", () => {
	const facts = { cookies: { 0: true, 1: false } };
	assert.equal(dash("/carbon/admin", facts).outcome, "0:/carbon access.blocked");
	assert.equal(dash("/scim2/Users", facts).outcome, "0:/scim2 access.restricted");
	assert.equal(dash("/scim2/Users", facts, { clientAddress: "10.1.2.3" }).outcome, "0:/scim2 /scim2/Users");
	assert.equal(dash("/logout", facts).outcome, "0:/logout method.route");
	assert.equal(dash("/logout", facts, { method: "POST" }).outcome, "0:/logout /logout");
	assert.equal(dash("/oauth2/x;y", facts).outcome, "0:/oauth2 path.parameter");
	assert.equal(dash("/oauth2/%2e%2e/carbon", facts).outcome, null);
});

test("a Referer counts from this very origin and under a prefix, read in one way only", () => {
	for (const referer of [
		"https://evil.example/is-authenticationendpoint/",
		"http://sso.example.com/is-authenticationendpoint/",
		"http://sso.example.com:443/is-authenticationendpoint/",
		"https://sso.example.com:8443/is-authenticationendpoint/",
		"https://sso.example.com@evil.example/is-x",
		"https://sso.example.com.evil.example/is-x",
		"//sso.example.com/is-x",
		"/is-authenticationendpoint/",
		"https://sso.example.com\\is-x",
		"https://sso.example.com/apim-x/../is-x",
		"https://sso.example.com/%69s-x",
		"https://sso.example.com//is-x",
		"https://sso.example.com/?/is-x",
		"https://sso.example.com/#/is-x",
		"https://sso.example.com/isx",
		"https://sso.example.com",
		"about:blank",
		"",
		["https://sso.example.com/is-x", "https://sso.example.com/is-x"],
	]) {
		assert.equal(dash("/commonauth", { referer }).outcome, null, String(referer));
	}
	for (const referer of ["https://sso.example.com:443/is-x", "HTTPS://SSO.example.com/is-x/y?z", "https://sso.example.com/is-x#y"]) {
		assert.equal(dash("/commonauth", { referer }).outcome, "0:/commonauth /commonauth", referer);
	}
	assert.equal(slash("/commonauth", fromPage("/is")).outcome, "0:/commonauth /commonauth");
	assert.equal(slash("/commonauth", fromPage("/isolated/")).outcome, null);
});

test("other hosts have their own services", () => {
	const facts = { cookies: { 0: true, 1: false } };
	assert.equal(dash("/commonauth", facts, { authority: "other.example.com" }).outcome, null);
});

test("it tells which criterion decided, and which did not", () => {
	const facts = { flows: [], cookies: { 0: true, 1: true }, ...fromPage("/is-authenticationendpoint/login.do") };
	assert.deepEqual(dash("/commonauth", facts).told, [
		"Without a prefix, it may be meant for /is-commonauth (is) or /apim-commonauth (apim).",
		"Not decided by the login in progress in its query.",
		"Not decided by its affinity cookie: that of is and apim.",
		"It belongs to is by its page (Referer).",
		"Treated as /is-commonauth.",
	]);
	assert.deepEqual(dash("/commonauth", { cookies: { 1: true } }).told.slice(2), [
		"Affinity cookies cannot decide: not every service has one.",
		"Not decided by its page (Referer).",
		"Nothing decides between them.",
	]);
});

test("a service at the root, or one that wants none of it, is no candidate", () => {
	const root = servicePlan({ name: "root", mappings: [BARE] });
	const at = townOf("dash", [routePlan({ id: "2:/acs", service: 2, pattern: "/acs", mapping: BARE })], [root]);
	assert.equal(at("/acs", { cookies: { 2: true } }).outcome, null);
	assert.equal(at("/commonauth", { cookies: { 0: true, 1: false } }).outcome, "0:/commonauth /commonauth");
});

test("whatever the path: what is decided is what the router says of a prefix and that path", () => {
	const part = fc.constantFrom(
		"commonauth",
		"oauth2",
		"carbon",
		"..",
		".",
		"",
		"%2e%2e",
		";x",
		"t",
		"acme",
		"is-carbon",
		"%2f",
		"\\",
		"publisher",
	);
	const routers = { dash: townOf("dash"), slash: townOf("slash") };
	fc.assert(
		fc.property(fc.array(part, { maxLength: 5 }), fc.constantFrom<"dash" | "slash">("dash", "slash"), (parts, form) => {
			const path = `/${parts.join("/")}`;
			const { outcome } = routers[form](path, { cookies: { 0: true, 1: false } });
			if (outcome === null) return;
			const [, id = "", rest = ""] = /^(0:\S+) (.*)$/.exec(outcome) ?? assert.fail(outcome);
			if (!rest.startsWith("/")) return;
			assert.equal(rest, path);
			assert.notEqual(id, "0:/carbon");
			assert.doesNotMatch(rest, /\.\.|;|%2|\\|\/\//);
		}),
	);
});
