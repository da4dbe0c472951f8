import assert from "node:assert/strict";
import { BARE, planOf, SLASH, servicePlan } from "../../test/harness/plans.ts";
import type { ServicePlan } from "../plan/service.ts";
import { RedirectMap } from "../rewrite/location.ts";
import type { BodyKind } from "./bodyKind.ts";
import { BodyRewriter } from "./bodyRewriter.ts";
import { BodyUrlMap } from "./bodyUrlMap.ts";
import type { BasePath } from "./relative.ts";

const PAGE_PATHS = ["/commonauth", "/samlsso", "/authenticationendpoint", "/carbon", "/oauth2/authorize", "/oauth2/token", "/scim2"];
const MORE_PATHS = ["/longwaitstatus", "/api/users/{version}/me", "/oidc/logout", "/console", "/publisher"];
const pagePaths = [...PAGE_PATHS, ...MORE_PATHS];

/** Another product on the same host. */
const apim = servicePlan({
	name: "apim",
	product: "wso2-apim",
	mappings: [{ from: "/apim-", to: "/" }],
	nodeOrigins: ["https://localhost:9443", "https://apim-1.internal:9443", "https://apim-1.internal:8243"],
	pagePaths: ["/devportal"],
});

export function urlMapOf(fields: Partial<ServicePlan> = {}): BodyUrlMap {
	const own = servicePlan();
	const service = servicePlan({ pagePaths, nodeOrigins: [...own.nodeOrigins, "https://sso.example.com:9443"], ...fields });
	return new BodyUrlMap(service, RedirectMap.build(planOf([service, apim])), service.hosts[0] ?? "");
}

export const dash = urlMapOf();
export const slash = urlMapOf({ mappings: [SLASH] });
export const bare = urlMapOf({ mappings: [BARE] });

/** Where login pages are. */
const LOGIN_BASE: BasePath = { node: "/authenticationendpoint/", public: "/is-authenticationendpoint/" };

export interface Options {
	readonly kind?: BodyKind;
	readonly urls?: BodyUrlMap;
	readonly base?: BasePath | null;
}

/** The whole body after it went through in chunks of these lengths, repeated; all at once if there are none. */
export function rewritten(body: string | Buffer, options: Options = {}, lengths: readonly number[] = []): Buffer {
	const { kind = "html", urls = dash, base = LOGIN_BASE } = options;
	const rewriter = new BodyRewriter(urls, kind, base);
	const bytes = typeof body === "string" ? Buffer.from(body) : body;
	const out: Buffer[] = [];
	let from = 0;
	for (let turn = 0; from < bytes.length; turn++) {
		const length = lengths.length === 0 ? bytes.length : Math.max(1, lengths[turn % lengths.length] ?? 1);
		// A copy, overwritten at once: as the buffers of sockets are.
		const chunk = Buffer.from(bytes.subarray(from, from + length));
		from += length;
		out.push(Buffer.from(rewriter.push(chunk) ?? []));
		chunk.fill(0x7e);
	}
	out.push(rewriter.end() ?? Buffer.alloc(0));
	return Buffer.concat(out);
}

export type Rows = readonly (readonly [from: string, to: string])[];

/** Each is rewritten to what stands beside it, at once and byte by byte, and that stays as it is. */
export function check(rows: Rows, options: Options = {}): void {
	for (const [from, to] of rows) {
		assert.equal(rewritten(from, options).toString(), to, from);
		assert.equal(rewritten(from, options, [1]).toString(), to, `${from}, byte by byte`);
		assert.equal(rewritten(to, options).toString(), to, `${to}, which is public already`);
	}
}

export function checkUntouched(bodies: readonly string[], options: Options = {}): void {
	check(
		bodies.map((body) => [body, body]),
		options,
	);
}
