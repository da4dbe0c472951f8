/** The defaults that the schema names in its metadata are those that a file without them gets. */
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

/** The default that the schema names, as it is in the plan. Both retries and both priorities have the same one. */
const IN_PLAN: Readonly<Record<string, unknown>> = {
	"maintenance.retryAfter": (plan.services[0]?.maintenance.retryAfter ?? 0) * 1000,
	attempts: login.retry.attempts,
	keepBody: login.retry.keepBody,
	redispatch: login.retry.redispatch,
	budget: is.retryBudget.share,
	budgetMin: is.retryBudget.min,
	maxRequests: is.overload.maxRequests,
	"keepAlive.maxRequests": is.keepAlive.maxRequests,
	"keepAlive.idle": is.keepAlive.idle,
	"keepAlive.maxIdle": is.keepAlive.maxIdle,
	maxBody: login.maxBody,
	policy: is.policy,
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

/** A literal that begins the text of `whenUnset`: number, share, time, size, word of logic. */
const LITERAL = /^`(\d+(?:\.\d+)?(?:%|[A-Za-z]+)?|true|false)`/;

/** Defaults that the schema names: those of its metadata, and those that it fills in itself. */
function literalDefaults(schema: JsonSchema, path: readonly string[] = []): [path: readonly string[], literal: unknown][] {
	const inner = [...(schema.anyOf ?? []), ...(schema.items === undefined ? [] : [schema.items])];
	const named = typeof schema.additionalProperties === "object" ? [schema.additionalProperties] : [];
	return [
		...Object.entries(schema.properties ?? {}).flatMap(([key, property]) => {
			const literal = LITERAL.exec(property.whenUnset ?? "")?.[1] ?? property.default;
			const own: [readonly string[], unknown][] = literal === undefined ? [] : [[[...path, key], literal]];
			return [...own, ...literalDefaults(property, [...path, key])];
		}),
		...[...inner, ...named].flatMap((part) => literalDefaults(part, path)),
	];
}

function valueOf(literal: unknown): unknown {
	if (typeof literal !== "string") return literal;
	if (literal.endsWith("%")) return Number.parseInt(literal, 10) / 100;
	const [time, bytes, number] = [toMilliseconds(literal), toBytes(literal), Number(literal)];
	const known = [number, time, bytes].find((value) => !Number.isNaN(value));
	return known ?? (literal === "true" ? true : literal === "false" ? false : literal);
}

test("every default that the reference names is the one of the code", () => {
	const checked = new Set<string>();
	for (const [path, literal] of literalDefaults(jsonSchema())) {
		const [short, long] = [path.at(-1) ?? "", path.slice(-2).join(".")];
		const key = long in IN_PLAN ? long : short;
		if (!(key in IN_PLAN)) continue;
		assert.equal(IN_PLAN[key], valueOf(literal), path.join("."));
		checked.add(key);
	}
	assert.deepEqual(
		Object.keys(IN_PLAN).filter((key) => !checked.has(key)),
		[],
	);
});
