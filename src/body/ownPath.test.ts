/** Pages of an application that knows its public host, but not that it is under `/sso` there. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { planOf, routePlan, servicePlan } from "../../test/harness/plans.ts";
import { RedirectMap } from "../rewrite/location.ts";
import { check, checkUntouched } from "./body.fixture.ts";
import type { BodyKind } from "./bodyKind.ts";
import { BodyUrlMap } from "./bodyUrlMap.ts";

const HOSTS = ["sso.example.com", "login.example.com"];
const sso = servicePlan({ name: "sso", product: "http", hosts: HOSTS, mappings: [{ from: "/sso", to: "" }], pagePaths: ["/"] });
const shop = servicePlan({ name: "shop", product: "http", hosts: HOSTS, mappings: [{ from: "/shop", to: "/shop" }], pagePaths: ["/shop"] });
const site = servicePlan({ name: "site", product: "http", hosts: HOSTS, mappings: [{ from: "", to: "" }], pagePaths: ["/"] });
const apim = servicePlan({ name: "apim", product: "wso2-apim", hosts: HOSTS, mappings: [{ from: "", to: "" }], pagePaths: ["/publisher"] });
const plan = planOf(
	[sso, shop, site, apim],
	[
		routePlan({ id: "sso:/sso", service: 0, pattern: "/sso", mapping: { from: "/sso", to: "" } }),
		routePlan({ id: "shop:/shop", service: 1, pattern: "/shop", mapping: { from: "/shop", to: "/shop" } }),
		routePlan({ id: "site:/", service: 2, pattern: "/", mapping: { from: "", to: "" } }),
		routePlan({ id: "apim:/publisher", service: 3, pattern: "/publisher", mapping: { from: "", to: "" } }),
		routePlan({ id: "apim:/{context}", service: 3, pattern: "/{context}/{version}", mapping: { from: "", to: "" } }),
	],
);
const redirects = RedirectMap.build(plan);
const urls = new BodyUrlMap(sso, redirects, "sso.example.com");
const options = (kind: BodyKind) => ({ kind, urls, base: null });

test("a discovery document: every URL of the public host gets the prefix, the issuer stays", () => {
	check(
		[
			[
				'{"issuer":"https://sso.example.com","jwks_uri":"https://sso.example.com/jwks","authorization_endpoint":"https:\\/\\/sso.example.com\\/auth"}',
				'{"issuer":"https://sso.example.com","jwks_uri":"https://sso.example.com/sso/jwks","authorization_endpoint":"https:\\/\\/sso.example.com\\/sso\\/auth"}',
			],
			['{"a":"http://sso.example.com/auth"}', '{"a":"https://sso.example.com/sso/auth"}'],
		],
		options("json"),
	);
});

test("pages: forms, links, scripts and styles", () => {
	check(
		[
			['<form action="https://sso.example.com/interaction/1">', '<form action="https://sso.example.com/sso/interaction/1">'],
			['<form action="/interaction/1" method=post>', '<form action="/sso/interaction/1" method=post>'],
			['<a href="/">', '<a href="/sso/">'],
			["<a href=/x/y>", "<a href=/sso/x/y>"],
			['<a href="/x?y=/z#/q">', '<a href="/sso/x?y=/z#/q">'],
			['<img srcset="/a.png 1x, /b.png 2x">', '<img srcset="/sso/a.png 1x, /sso/b.png 2x">'],
			['<div style="background: url(/a.png)">', '<div style="background: url(/sso/a.png)">'],
			['<script>fetch("/api/me")</script>', '<script>fetch("/sso/api/me")</script>'],
		],
		options("html"),
	);
	check([["@import url(/a.css);", "@import url(/sso/a.css);"]], options("css"));
	check(
		[
			['fetch("/api/me"),open(`/users/${id}`)', 'fetch("/sso/api/me"),open(`/sso/users/${id}`)'],
			["route('/users/:id')", "route('/sso/users/:id')"],
			['x="https://sso.example.com/auth"', 'x="https://sso.example.com/sso/auth"'],
		],
		options("script"),
	);
	check([['{"next_url":"/page/2","links":["/a","/b"]}', '{"next_url":"/sso/page/2","links":["/sso/a","/sso/b"]}']], options("json"));
});

test("what another route of the host answers is that route's; one for everything does not count", () => {
	checkUntouched(['<a href="/shop/cart">', '<a href="https://sso.example.com/shop">', '<a href="/publisher">'], options("html"));
	check([['<a href="/shops">', '<a href="/sso/shops">']], options("html"));
	assert.equal(redirects.map("/publisher/x", sso, "sso.example.com"), "/publisher/x");
	assert.equal(redirects.map("https://sso.example.com/publisher", sso, "sso.example.com"), "https://sso.example.com/publisher");
	assert.equal(redirects.map("/login", sso, "sso.example.com"), "/sso/login");
	assert.equal(redirects.map("https://sso.example.com/auth/1?x=y", sso, "sso.example.com"), "https://sso.example.com/sso/auth/1?x=y");
	const callback = "https://sso.example.com/callback?code=1&state=2";
	assert.equal(redirects.map(callback, sso, "sso.example.com"), callback, "the site, which is for everything, has signed in there");
	// The node's own address can only mean the node.
	assert.equal(redirects.map("https://localhost:9443/publisher", sso, "sso.example.com"), "https://sso.example.com/sso/publisher");
});

test("text that begins with a slash stays", () => {
	checkUntouched(
		['x.split("/")', '"</"+t+"/>"', 'new Date("/Date(12)/")', 'r="/a|b/"', 'a="/a b"', "base+'/x'", '"/"+id', 'x=["/*","//"]'],
		options("script"),
	);
	checkUntouched(['{"path":"/var/log","name":"/x","pointer":["/a/0"]}'], options("json"));
	checkUntouched(['<input name=file value="/var/log">', '<input placeholder="/path/to">', '<b title="/x">', "<p>/x</p>"], options("html"));
	checkUntouched(['<a xpath="/r/a">'], options("xml"));
});

test("a client sees the host that it asked", () => {
	const login = new BodyUrlMap(sso, redirects, "login.example.com");
	check(
		[
			['<a href="https://localhost:9443/x">', '<a href="https://login.example.com/sso/x">'],
			// Another public host is where the node wants to send the client.
			['<a href="https://sso.example.com/x">', '<a href="https://sso.example.com/sso/x">'],
		],
		{ urls: login, base: null },
	);
});
