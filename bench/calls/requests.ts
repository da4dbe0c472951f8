import { all, bodyLength, type Expectation, field, status } from "../rows/expect.ts";
import type { RequestSpec, Row } from "../rows/row.ts";
import { rows } from "../rows.ts";
import type { Routing } from "../scene.ts";

export interface CountedRequest {
	readonly name: string;
	readonly title: string;
	readonly routing: Routing;
	readonly request: RequestSpec;
	readonly expect: Expectation;
}

function row(name: string): Row {
	const found = rows.find((candidate) => candidate.name === name);
	if (found === undefined) throw new Error(`there is no row ${name}`);
	return found;
}

const login = row("is-login");
const { "Accept-Encoding": _, ...browser } = login.request.headers ?? {};

/** What the login form sends. */
const commonauth: RequestSpec = {
	...login.request,
	method: "POST",
	path: "/is-commonauth",
	headers: { ...browser, "Content-Type": "application/x-www-form-urlencoded", Origin: "https://bench.test" },
	body: "usernameUserInput=alice&username=alice&password=s3cr3t&sessionDataKey=6a7b8c9d-0e1f-4a2b-8c3d-4e5f6a7b8c9d",
};

const get = row("get-plain");
const post = row("post-10k");

export const requests: readonly CountedRequest[] = [
	{ name: "get", title: "GET on a plain route", routing: "few", request: get.request, expect: get.expect },
	{ name: "post", title: "POST of 10 KiB on a plain route", routing: "few", request: post.request, expect: post.expect },
	{ name: "login", title: "GET of the login page of Identity Server", routing: "products", request: login.request, expect: login.expect },
	{
		name: "commonauth",
		title: "POST /commonauth",
		routing: "products",
		request: commonauth,
		expect: all(status(302), bodyLength(0), field("location", /^https:\/\/bench\.test\/is-oauth2\/authorize\?sessionDataKey=/)),
	},
];
