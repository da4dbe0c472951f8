/**
 * Paths that try to reach something else behind the proxy than what was decided on. Servers behind are imitated here by code of its own:
 * what they would serve for the path that is forwarded must be what the router meant.
 */

import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import type { RoutePlan } from "../plan/route.ts";
import { type RouteDecision, Router } from "./router.ts";
import { apimRoutes, query, route, service } from "./routes.fixture.ts";

const EVERY_OPT_OUT = {
	allowPath: [
		"path.parameter",
		"path.encoded-parameter",
		"path.encoded-slash",
		"path.encoded-backslash",
		"path.empty-segment",
		"path.double-encoding",
		"path.backslash",
		"path.invalid-encoding",
		"path.invalid-utf8",
		"path.control",
		"path.dot-segment",
		"path.encoded-dot",
		"path.nul",
	],
};
const strict = router(apimRoutes());
const gatewayRules = router(apimRoutes({ pathRules: "gateway" }));
const optedOut = router(apimRoutes(EVERY_OPT_OUT));

function router(routes: readonly RoutePlan[]): Router {
	return Router.build({ routes, services: [service()] });
}

/** How a server makes of a raw path the path it serves; null: it answers 400. */
type Server = (path: string) => string | null;

/** Tomcat's CoyoteAdapter: parameters off, decode, separators, collapse, dots. */
function tomcat(options: { encodedSlash: "decode" | "pass" | "reject"; backslash: boolean }): Server {
	return (path) => {
		let text = path.replace(/;[^/]*/g, "");
		if (options.encodedSlash === "reject" && /%2f|%5c/i.test(text)) return null;
		if (options.encodedSlash === "pass") text = text.replace(/%(?=2f|5c)/gi, "%25");
		text = lenientDecode(text);
		if (text.includes("\0")) return null;
		return resolveDots(options.backslash ? text.replaceAll("\\", "/") : text);
	};
}

/** A forward inside the container, or a second server: everything is done once more on the outcome of the first. */
const twice: Server = (path) => {
	const read = tomcat({ encodedSlash: "decode", backslash: true });
	const once = read(path);
	return once === null ? null : read(once);
};
/** Decodes before it cuts parameters off, and decodes until nothing is left to decode. */
const eager: Server = (path) => {
	let text = path;
	for (let round = 0; round < 2; round++) text = lenientDecode(text);
	return resolveDots(text.replaceAll("\\", "/").replace(/;[^/]*/g, ""));
};
/** Takes all but slashes and dots literally, as gateways do. */
const literal: Server = (path) => resolveDots(decodeSafe(path));

const SERVERS: Readonly<Record<string, Server>> = {
	tomcat: tomcat({ encodedSlash: "decode", backslash: true }),
	"tomcat, encoded slashes passed through": tomcat({ encodedSlash: "pass", backslash: false }),
	"tomcat, encoded slashes rejected": tomcat({ encodedSlash: "reject", backslash: false }),
	twice,
	eager,
	literal,
};

/** As old decoders do it: overlong UTF-8 gives the character it hides. */
function lenientDecode(text: string): string {
	return text
		.replace(/%c0%([a-b][0-9a-f])/gi, (_, low: string) => String.fromCharCode(Number.parseInt(low, 16) & 0x3f))
		.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Decodes letters and digits only. */
function decodeSafe(text: string): string {
	return text.replace(/%([3467][0-9a-f])/gi, (escaped, hex: string) => {
		const char = String.fromCharCode(Number.parseInt(hex, 16));
		return /[a-z0-9]/i.test(char) ? char : escaped;
	});
}

function resolveDots(path: string): string | null {
	const segments: string[] = [];
	for (const segment of path.split("/")) {
		if (segment === "..") {
			if (segments.pop() === undefined) return null;
		} else if (segment !== "." && segment !== "") segments.push(segment);
	}
	return `/${segments.join("/")}`;
}

/** Whether a node path is one that the route covers, told from the route's id alone. */
function isWithin(nodePath: string, id: string): boolean {
	const [first = "", second = "", third = ""] = nodePath.slice(1).split("/");
	switch (id) {
		case "test:/apim-{context}":
			return (
				first !== "" && !["carbon", "services", "oauth2", "devportal", "publisher"].includes(first) && (first !== "t" || second === "")
			);
		case "test:/apim-t/{tenant}":
			return first === "t" && second !== "" && !["oauth2", "carbon", "services"].includes(third);
		case "test:/apim-t/{tenant}/oauth2":
			return first === "t" && second !== "" && third === "oauth2";
		default:
			return `test:/apim-${first}` === id;
	}
}

function assertStaysInside(decision: RouteDecision): void {
	if (decision.kind !== "route") return;
	assert.ok(decision.nodePath.startsWith("/"));
	for (const [name, serve] of Object.entries(SERVERS)) {
		if (serve === literal && decision.route.pathRules === "servlet") continue;
		const served = serve(decision.nodePath);
		assert.ok(
			served === null || isWithin(served, decision.route.id),
			`${name}: ${decision.nodePath} is ${served}, not ${decision.route.id}`,
		);
	}
}

function outcome(built: Router, path: string): string {
	const decision = built.decide(query(path));
	assertStaysInside(decision);
	return decision.kind === "route" ? `to ${decision.nodePath}` : decision.kind === "own" ? decision.id : decision.rule;
}

/** With the rule that refuses each on servlet routes and, where it is another, on gateway routes. */
const REFUSED: readonly (readonly [path: string, servlet: string, gateway?: string])[] = [
	["/apim-carbon", "access.blocked"],
	["/apim-carbon/", "access.blocked"],
	["/apim-carbon/admin/login.jsp", "access.blocked"],
	["/apim-%63arbon", "access.blocked"],
	["/apim-c%61rbon/admin", "access.blocked"],
	["/apim-t/acme/%63arbon", "access.blocked"],
	["/apim-t/acme/carbon", "access.blocked"],
	["/%61pim-carbon", "path.encoded-prefix"],
	["/apim%2dcarbon", "path.encoded-prefix"],
	["/apim%2dpizza", "path.encoded-prefix"],
	["/apim-t/..;/carbon/", "path.dot-segment"],
	["/apim-t/..;a=b/carbon", "path.dot-segment"],
	["/apim-t/x/..;a=b/../carbon", "path.dot-segment"],
	["/apim-t/../carbon", "path.dot-segment"],
	["/apim-t/./x", "path.dot-segment"],
	["/apim-t/.", "path.dot-segment"],
	["/apim-t/..", "path.dot-segment"],
	["/apim-t/.;/", "path.dot-segment"],
	["/apim-t/.;/carbon", "path.dot-segment"],
	["/..;/apim-carbon", "path.dot-segment"],
	["/../apim-carbon", "path.dot-segment"],
	["/./apim-carbon", "path.dot-segment"],
	["/apim-../carbon", "path.dot-segment"],
	["/apim-./carbon", "path.dot-segment"],
	["/apim-..;/carbon", "path.dot-segment"],
	["/apim-..;x/carbon", "path.dot-segment"],
	["/apim-t/a;b/../../carbon", "path.dot-segment"],
	["/apim-t/a;../carbon", "path.dot-segment"],
	["/apim-t/%2e%2e/carbon", "path.encoded-dot"],
	["/apim-t/%2e%2e;/carbon", "path.encoded-dot"],
	["/apim-t/.%2e/carbon", "path.encoded-dot"],
	["/apim-t/%2E./carbon", "path.encoded-dot"],
	["/apim-t/%2e/carbon", "path.encoded-dot"],
	["/%2e%2e/apim-carbon", "path.encoded-dot"],
	["/apim-%2e%2e/carbon", "path.encoded-dot"],
	["/apim-.%2e;/carbon", "path.encoded-dot"],
	["/apim-%252e%252e/carbon", "path.encoded-dot"],
	["/apim-t/%252e%252e/carbon", "path.encoded-dot"],
	["/apim-t/%25%32%65%25%32%65/carbon", "path.encoded-dot"],
	["/apim-t/%252e%252e%252fcarbon", "path.encoded-dot"],
	["/apim-t/..%252fcarbon", "path.encoded-dot"],
	["/apim-t/..%2f..%2fcarbon", "path.encoded-dot"],
	["/apim-t/..%2fcarbon", "path.encoded-dot"],
	["/apim-t/..%5ccarbon", "path.encoded-dot"],
	["/apim-t/..%5c..%5ccarbon", "path.encoded-dot"],
	["/apim-t/..%255ccarbon", "path.encoded-dot"],
	["/apim-t/..%3b/carbon", "path.encoded-dot"],
	["/apim-t/..%3bx/carbon", "path.encoded-dot"],
	["/apim-t/..%253b/carbon", "path.encoded-dot"],
	["/apim-t/x;y%2f..%2f..%2fcarbon", "path.encoded-dot"],
	["/apim-t/x%2f..%2f..%2fcarbon", "path.encoded-dot"],
	["/apim-pizza/%2f..%2f../carbon", "path.encoded-dot"],
	["/apim-t/..\\carbon", "path.dot-segment"],
	["/apim-t/%c0%ae%c0%ae/carbon", "path.overlong-utf8"],
	["/apim-t/%c0%ae%c0%ae%c0%afcarbon", "path.overlong-utf8"],
	["/apim-t/%e0%80%ae%e0%80%ae/carbon", "path.overlong-utf8"],
	["/apim-t/%f0%80%80%ae./carbon", "path.overlong-utf8"],
	["/apim-t/%25c0%25ae%25c0%25ae/carbon", "path.overlong-utf8"],
	["/apim-t/%c1%9ccarbon", "path.overlong-utf8"],
	["/apim-t/%ff/carbon", "path.invalid-utf8"],
	["/apim-t/%00/carbon", "path.nul"],
	["/apim-t/x%00/../carbon", "path.dot-segment"],
	["/apim-t/x%2500y", "path.nul"],
	["/apim-t/..%00/carbon", "path.nul"],
	["/apim-t/..%0d/carbon", "path.control"],
	["/apim-t/..%09/carbon", "path.control"],
	["/apim-t/%u002e%u002e/carbon", "path.invalid-encoding"],
	["/apim-t/%2/carbon", "path.invalid-encoding"],
	["/apim-t/%", "path.invalid-encoding"],
	["/apim-t/%zz/x", "path.invalid-encoding"],
	["/apim-t/\u002e\u2024/carbon", "path.invalid-encoding"],
	["/;x/apim-carbon", "path.empty-segment", "path.encoded-prefix"],
	["//apim-carbon", "path.empty-segment", "path.encoded-prefix"],
	["///apim-carbon//", "path.empty-segment", "path.encoded-prefix"],
	["/%2fapim-carbon", "path.encoded-slash", "path.encoded-prefix"],
	["/%5capim-carbon", "path.encoded-backslash", "path.encoded-prefix"],
	["//apim-pizza/menu", "path.encoded-prefix"],
	["/;/apim-pizza/menu", "path.encoded-prefix"],
	["/apim-carbon;x=1", "path.parameter", "path.ambiguous"],
	["/apim-carbon;x=1/admin", "path.parameter", "path.ambiguous"],
	["/apim-carbon;/admin", "path.parameter", "path.ambiguous"],
	["/apim-services;a/Version", "path.parameter", "path.ambiguous"],
	["/apim-carbon%3bx=1", "path.ambiguous"],
	["/apim-carbon%253bx=1", "path.nested-parameter"],
	["/apim-carbon%2fadmin", "path.encoded-slash", "path.ambiguous"],
	["/apim-services%2fVersion", "path.encoded-slash", "path.ambiguous"],
	["/apim-services%5cVersion", "path.encoded-backslash", "path.ambiguous"],
	["/apim-services%252fVersion", "path.ambiguous"],
	["/apim-%2563arbon", "path.ambiguous"],
	["/apim-t%2facme%2fcarbon", "path.encoded-slash", "path.ambiguous"],
	["/apim-t%2facme%2fpizza", "path.ambiguous"],
	["/apim-t/acme%2fcarbon", "path.encoded-slash", "path.ambiguous"],
	["/apim-t/acme%2foauth2", "path.encoded-slash", "path.ambiguous"],
	["/apim-t/acme;x%2fcarbon", "path.ambiguous"],
	["/apim-t/acme;x%2foauth2/token", "path.ambiguous"],
	["/apim-t//acme/carbon", "path.empty-segment", "access.blocked"],
	["/apim-t/;x/acme/carbon", "path.empty-segment", "path.ambiguous"],
	["/apim-t/%3b;%5cx", "path.nested-parameter"],
	["/apim-t/acme;x%252fcarbon", "path.nested-parameter"],
	["/apim-%2fcarbon", "path.unknown"],
	["/apim-;x/carbon", "path.unknown"],
	["/apim-/carbon", "path.unknown"],
	["/apim-%5ccarbon", "path.unknown"],
];

describe("paths that seek another route", () => {
	for (const [name, built] of Object.entries({ servlet: strict, gateway: gatewayRules, "all opt-outs": optedOut })) {
		describe(`with ${name} rules`, () => {
			for (const [path, servlet, gateway = servlet] of REFUSED) {
				it(`${path} is refused`, () => {
					const rule = outcome(built, path);
					if (built === optedOut) assert.ok(!rule.startsWith("to "), rule);
					else assert.equal(rule, built === strict ? servlet : gateway);
				});
			}
		});
	}

	it("do not get past a service that takes everything", () => {
		const open = router([...apimRoutes(), route("/", { mapping: { from: "/apim-", to: "/" }, pathRules: "gateway", id: "test:open" })]);
		for (const path of ["/apim-%2fcarbon", "/apim-;x/carbon", "/apim-/carbon", "/apim-%5ccarbon", "/apim-%252fcarbon"]) {
			const decision = open.decide(query(path));
			assert.equal(decision.kind === "refused" && decision.code, "path_refused", path);
		}
	});
});

describe("servlet rules", () => {
	for (const [path, rule] of [
		["/apim-devportal;jsessionid=AB12", "path.parameter"],
		["/apim-devportal/a%3bb", "path.encoded-parameter"],
		["/apim-devportal/a%2Fb", "path.encoded-slash"],
		["/apim-devportal/a%5cb", "path.encoded-backslash"],
		["/apim-devportal//a", "path.empty-segment"],
		["/apim-devportal/100%2525", "path.double-encoding"],
		["/apim-devportal/a\\b", "path.backslash"],
		["/apim-devportal/%e9", "path.invalid-utf8"],
		["/apim-devportal/%0a", "path.control"],
		["/apim-devportal/100%", "path.invalid-encoding"],
	] as const) {
		it(`refuse ${path} by ${rule}, unless the route allows it`, () => {
			const allowing = router(apimRoutes({ allowPath: [rule] }));
			assert.equal(outcome(strict, path), rule);
			assert.equal(outcome(allowing, path), `to ${path.replace("/apim-", "/")}`);
		});
	}

	for (const path of [
		"/apim-devportal/a%20b",
		"/apim-devportal/caf%C3%A9",
		"/apim-devportal/.well-known/x",
		"/apim-devportal/a..b/...",
		"/apim-devportal/a%2Eb",
	]) {
		it(`forward ${path} as it was sent`, () => assert.equal(outcome(strict, path), `to ${path.replace("/apim-", "/")}`));
	}
});

describe("gateway rules", () => {
	for (const path of [
		"/apim-pizza/1.0/menu;size=l/a",
		"/apim-pizza/1.0/menu%2Fof%2fday",
		"/apim-pizza/DOMAIN%5Cbob",
		"/apim-pizza//menu",
		"/apim-pizza/1.0/",
		"/apim-pizza/http%253A%252F%252Fexample.com",
		"/apim-pizza;v=1/menu",
		"/apim-pizza/a%3Bb",
		"/apim-pizza/caf%C3%A9%20x",
		"/apim-t/acme.com/pizza/a%2fb;c",
		"/apim-.well-known/x",
	]) {
		it(`forward ${path} as it was sent`, () => assert.equal(outcome(strict, path), `to ${path.replace("/apim-", "/")}`));
	}
});

describe("a path that nothing serves", () => {
	const lone = router([route("/billing")]);
	it("is not found", () => assert.equal(outcome(lone, "/x"), "path.unknown"));
	it("is not found even if it is odd", () => assert.equal(outcome(lone, "/x;y//%2f"), "path.unknown"));
	it("is refused if it is dangerous", () => assert.equal(outcome(lone, "/x/%2e%2e/y"), "path.encoded-dot"));
});

/** Paths made of what attackers use. */
const piece = fc.constantFrom(
	...[
		"/",
		"//",
		"/apim-",
		"apim-",
		"carbon",
		"services",
		"oauth2",
		"t",
		"acme",
		"pizza",
		"x",
		".",
		"..",
		"/../",
		"/..;/",
		";",
		";a=b",
		"%2e",
		"%2E",
		"%2f",
	],
	...[
		"%5c",
		"\\",
		"%3b",
		"%252e",
		"%252f",
		"%255c",
		"%253b",
		"%25",
		"%2525",
		"%63",
		"%c0%ae",
		"%00",
		"%",
		"2e",
		"2f",
		"%2",
		"-",
		"%2d",
		"publisher",
	],
);
const nasty = fc
	.tuple(fc.constantFrom("/", "/apim-", "/apim-t/", "/apim-t/acme/", "/apim-pizza/"), fc.array(piece, { maxLength: 8 }))
	.map(([start, pieces]) => start + pieces.join(""));

describe("any path", () => {
	const rules: Readonly<Record<string, Partial<RoutePlan>>> = {
		servlet: {},
		gateway: { pathRules: "gateway" },
		"all opt-outs": EVERY_OPT_OUT,
	};
	for (const prefix of ["/apim-", "/apim/", "/"]) {
		for (const [name, servletRules] of Object.entries(rules)) {
			it(`below ${prefix} stays inside its route on every server, with ${name} rules`, () => {
				const built = router(apimRoutes(servletRules, prefix));
				const property = fc.property(nasty, (path) => assertStaysInside(built.decide(query(path.replace("/apim-", prefix)))));
				fc.assert(property, { numRuns: 10_000 });
			});
		}
	}

	it("of plain characters is forwarded as it is, by the route it names", () => {
		const segment = fc.stringMatching(/^[A-Za-z0-9_~!$&'()*+,=:@-][A-Za-z0-9._~!$&'()*+,=:@-]{0,8}$/);
		fc.assert(
			fc.property(fc.array(segment, { minLength: 1, maxLength: 5 }), (segments) => {
				const decision = strict.decide(query(`/apim-${segments.join("/")}`));
				if (decision.kind === "route") assert.equal(decision.nodePath, `/${segments.join("/")}`);
				else assert.ok(decision.kind === "refused" && decision.rule.startsWith("access."));
				assertStaysInside(decision);
			}),
		);
	});
});
