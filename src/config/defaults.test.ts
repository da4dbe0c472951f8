/** The defaults that stand in the texts of the schema are those that a file without them gets. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { makeTlsFiles, TODAY } from "./files.fixture.ts";
import { formatProblems, loadText } from "./load.ts";
import { type JsonSchema, jsonSchema } from "./schemaKeys.ts";
import { toBytes, toMilliseconds } from "./units.ts";

const tls = await makeTlsFiles();
after(() => tls.remove());

const loaded = await loadText(
	`${tls.directory}/portico.yaml`,
	`public: http://localhost
listeners: [{ address: "127.0.0.1:0" }]
services:
  is:
    product: wso2-is
    prefix: /is-
    trust: ca.pem
    nodes: [{ name: is-1, host: 10.0.0.11 }, { name: is-2, host: 10.0.0.12 }]
  app:
    product: http
    routes: [{ path: /app }]
    health: { check: { path: / }, breaker: {} }
    nodes: [{ name: app-1, url: "http://10.0.0.13" }]
`,
	{},
	TODAY,
);
assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
const { plan } = loaded;
const poolOf = (name: string) => plan.pools.find((pool) => pool.name === name) ?? assert.fail(name);
const [is, app] = [poolOf("is/servlet"), poolOf("app/http")];
const check = is.health.check ?? assert.fail();
const breaker = app.health.breaker ?? assert.fail();
const login = plan.routes.find(({ id }) => id === "is:/samlsso") ?? assert.fail();
const affinity = login.affinity ?? assert.fail();
const kept = affinity.mode === "cookie" ? affinity : assert.fail();

/** The default that the text names, as it is in the plan. Both retries and both priorities have the same text. */
const IN_PLAN: Readonly<Record<string, unknown>> = {
	"maintenance.retryAfter": (plan.services[0]?.maintenance.retryAfter ?? 0) * 1000,
	attempts: login.retry.attempts,
	keepBody: login.retry.keepBody,
	redispatch: login.retry.redispatch,
	budget: is.retryBudget.share,
	budgetMin: is.retryBudget.min,
	maxRequests: is.overload.maxRequests,
	queue: is.overload.queue,
	queueTimeout: is.overload.queueTimeout,
	"check.method": "GET",
	"check.bodyLimit": check.probes[0]?.kind === "http" ? check.probes[0].bodyBytes : null,
	"check.rise": check.rise,
	"check.fall": check.fall,
	"check.interval": check.interval,
	"check.fastInterval": check.fastInterval,
	"check.jitter": check.jitter,
	"check.timeout": check.timeout,
	"passive.connect": is.health.passive.inARow.connect,
	"passive.timeout": is.health.passive.inARow.timeout,
	"passive.broken": is.health.passive.inARow.broken,
	"passive.unavailable": is.health.passive.inARow.unavailable,
	"passive.serverError": is.health.passive.inARow.serverError,
	"passive.baseTime": is.health.passive.baseTime,
	"passive.maxTime": is.health.passive.maxTime,
	"passive.jitter": is.health.passive.jitter,
	"passive.forgetAfter": is.health.passive.forgetAfter,
	"passive.trialAnswers": is.health.passive.trialAnswers,
	"passive.minClients": is.health.passive.minClients,
	"breaker.minClients": breaker.minClients,
	methodOverride: login.methodOverride,
	"breaker.errorRatio": breaker.errorRatio,
	"breaker.minVolume": breaker.minVolume,
	"breaker.window": breaker.window,
	"breaker.openTime": breaker.openTime,
	"breaker.jitter": breaker.jitter,
	"breaker.trialAnswers": breaker.trialAnswers,
	maxEjected: is.health.maxEjected,
	bound: is.bound,
	slowStart: is.slowStart?.window,
	sessionIdle: kept.sessionIdle,
	waitTime: kept.memberLostWait,
	preserve: kept.preserve,
	postOnly: kept.postOnly,
};

/** A literal behind `Default:`: number, share, time, size, word of logic or method. */
const LITERAL = /Default: `?(\d+(?:\.\d+)?(?:%|[A-Za-z]+)?|true|false|GET)`?(?=[\s,;.])/;

function literalDefaults(schema: JsonSchema, path: readonly string[] = []): [path: readonly string[], literal: string][] {
	const inner = [...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items])];
	const named = typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : [];
	return [
		...Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
			const literal = LITERAL.exec(property.description ?? "")?.[1];
			const own: [readonly string[], string][] = literal === undefined ? [] : [[[...path, key], literal]];
			return [...own, ...literalDefaults(property, [...path, key])];
		}),
		...[...inner, ...named].flatMap((part) => literalDefaults(part, path)),
	];
}

function valueOf(literal: string): unknown {
	if (literal.endsWith("%")) return Number.parseInt(literal, 10) / 100;
	const [time, bytes, number] = [toMilliseconds(literal), toBytes(literal), Number(literal)];
	const known = [number, time, bytes].find((value) => !Number.isNaN(value));
	return known ?? (literal === "true" ? true : literal === "false" ? false : literal);
}

/** Told by the tables of the presets, or not part of a plan. */
const ELSEWHERE = new Set(["version", "maxBody", "maxHeader", "keepAlive.maxRequests", "status"]);

test("every default that a text names is the one of the code", () => {
	const unknown: string[] = [];
	let checked = 0;
	for (const [path, literal] of literalDefaults(jsonSchema())) {
		const [short, long] = [path.at(-1) ?? "", path.slice(-2).join(".")];
		if (ELSEWHERE.has(short) || ELSEWHERE.has(long)) continue;
		const key = long in IN_PLAN ? long : short;
		if (!(key in IN_PLAN)) unknown.push(`${path.join(".")}: ${literal}`);
		else assert.equal(IN_PLAN[key], valueOf(literal), path.join("."));
		checked++;
	}
	assert.deepEqual(unknown, []);
	assert.ok(checked > 60, String(checked));
});
