import assert from "node:assert/strict";
import { test } from "node:test";
import { formatProblems, loadText } from "./load.ts";

interface Estate {
	readonly public?: string;
	readonly hosts?: string;
	/** Lines of the file after `- `. */
	readonly listeners: readonly string[];
	/** Name to what its block says. */
	readonly services: Readonly<Record<string, string>>;
}

function textOf({ public: origin = "http://x", hosts = "", listeners, services }: Estate): string {
	const app = "product: http, routes: [ { path: / } ]";
	const blocks = Object.entries(services).map(
		([name, more], index) =>
			`  ${name}: { ${app}, ${more}${more === "" ? "" : ", "}nodes: [ { name: n${index}, url: "http://127.0.0.1:${9 + index}" } ] }`,
	);
	const list = listeners.map((listener) => `  - { address: "${listener.replace(" ", '", ')}${listener.includes(" ") ? "" : '"'} }`);
	return [`public: ${origin}`, `hosts: [ ${hosts} ]`, "listeners:", ...list, "services:", ...blocks, ""].join("\n");
}

/** `host -> listeners` of the services that are not served by all. */
async function bindings(estate: Estate): Promise<Record<string, string[]>> {
	const loaded = await loadText("/portico.yaml", textOf(estate), {}, 0);
	assert.ok("plan" in loaded, "problems" in loaded ? formatProblems(loaded.problems) : "");
	const named = loaded.plan.services.map(({ name, bindings: own }) => [
		name,
		own.map(({ host, listeners }) => `${host} -> ${listeners.join()}`),
	]);
	return Object.fromEntries(named.filter(([, own]) => own?.length)) as Record<string, string[]>;
}

test("a host with the port of a listener is served there alone, and that listener serves nothing else", async () => {
	const listeners = ["0.0.0.0:80", "0.0.0.0:8444", "[::]:8444"];
	assert.deepEqual(await bindings({ listeners, services: { sso: "host: x", gw: 'host: "gw:8444"' } }), {
		sso: ["x -> 0.0.0.0:80"],
		gw: ["gw:8444 -> 0.0.0.0:8444,[::]:8444"],
	});
});

test("two environments on two ports", async () => {
	const services = { a: "", b: 'host: "x:9444"' };
	assert.deepEqual(await bindings({ public: "http://x:8443", listeners: ["127.0.0.1:8443", "127.0.0.1:9444"], services }), {
		a: ["x:8443 -> 127.0.0.1:8443"],
		b: ["x:9444 -> 127.0.0.1:9444"],
	});
});

test("behind a redirected port or a load balancer every listener serves every host", async () => {
	const services = { a: "", b: "host: y", c: 'host: "z:9999"' };
	assert.deepEqual(await bindings({ listeners: ["0.0.0.0:8080"], services }), {});
	assert.deepEqual(await bindings({ listeners: ["0.0.0.0:8080", "0.0.0.0:8081"], services }), {});
	assert.deepEqual(await bindings({ public: "http://x:8443", listeners: ["0.0.0.0:8080"], services }), {});
	// The only listener serves all that names no listener, whoever names it.
	assert.deepEqual(await bindings({ listeners: ["0.0.0.0:8080"], services: { a: "", b: 'hosts: [ y, "y:8080" ]' } }), {});
});

test("any port may be every listener's: port 0 binds nothing", async () => {
	assert.deepEqual(await bindings({ listeners: ["127.0.0.1:0", "127.0.0.1:0"], services: { a: "", b: 'host: "y:8444"' } }), {});
});

test("the public port's listener is everyone's, and a service that has a listener is served there by its other hosts too", async () => {
	const services = { a: "", b: "host: y", c: 'hosts: [ z, "z:8444" ]' };
	assert.deepEqual(await bindings({ public: "http://x:8443", listeners: ["0.0.0.0:8443", "0.0.0.0:8444"], services }), {
		a: ["x:8443 -> 0.0.0.0:8443"],
		b: ["y -> 0.0.0.0:8443"],
		c: ["z:8444 -> 0.0.0.0:8444"],
	});
});

test("`listeners` decides by name or address, whatever the hosts say", async () => {
	const listeners = ["0.0.0.0:80 name: public", "0.0.0.0:8444 name: internal"];
	const services = { a: "", b: "host: y, listeners: [ internal ]", c: 'host: "z:8444", listeners: [ "0.0.0.0:80", internal ]' };
	assert.deepEqual(await bindings({ listeners, services }), { a: ["x -> 0.0.0.0:80"], b: ["y -> 0.0.0.0:8444"] });
});

test("a listener that is not there, that only redirects, or has the name of another is a problem; so is a probe's unknown service", async () => {
	const problems = async (estate: Estate): Promise<string[]> => {
		const loaded = await loadText("/portico.yaml", textOf(estate), {}, 0);
		return "problems" in loaded ? loaded.problems.map(({ problem, hint }) => `${problem}; ${hint}`) : [];
	};
	const listeners = ["0.0.0.0:80 name: a", "0.0.0.0:81 name: a"];
	assert.deepEqual(await problems({ listeners, services: { s: "listeners: [ b ]" } }), [
		"the name `a` is taken already; each listener has its own",
		"there is no listener `b`; there are a, 0.0.0.0:80, a, 0.0.0.0:81",
	]);
	const redirecting = ["0.0.0.0:443", "0.0.0.0:80 redirectTo: https"];
	assert.deepEqual(await problems({ public: "https://x", listeners: redirecting, services: { s: 'listeners: [ "0.0.0.0:80" ]' } }), [
		"the listener `0.0.0.0:80` only redirects; name one that serves",
	]);
	const probing = ["0.0.0.0:80 probe: { path: /up, services: [ apps ] }"];
	assert.deepEqual(await problems({ listeners: probing, services: { app: "" } }), ["there is no service `apps`; did you mean `app`?"]);
	assert.match(String(await problems({ listeners: ["0.0.0.0:80 probe: { path: / }"], services: { app: "" } })), /hide the front page/);
});

test("services of different listeners may have the same host and path; on a common listener that is a problem", async () => {
	const listeners = ["0.0.0.0:80 name: public", "0.0.0.0:8444 name: internal", "0.0.0.0:8445 name: third"];
	const services = { a: "listeners: [ public ]", b: "listeners: [ internal, third ]" };
	assert.deepEqual(await bindings({ listeners, services }), { a: ["x -> 0.0.0.0:80"], b: ["x -> 0.0.0.0:8444,0.0.0.0:8445"] });
	const problems = async (c: string): Promise<string> => {
		const loaded = await loadText("/portico.yaml", textOf({ listeners, services: { ...services, c } }), {}, 0);
		return "problems" in loaded ? formatProblems(loaded.problems) : "";
	};
	const clash =
		/the routes `b:\/` \(line \d+\) and `c:\/` take the same requests: `\/`; change the path, prefix, host or `listeners` of one/;
	assert.match(await problems("listeners: [ third ]"), clash);
	assert.match(await problems(""), /take the same requests/);
});

test("so may services with prefixes that overlap", async () => {
	const text = (more: string): string => `public: http://x
listeners: [ { address: "0.0.0.0:80", name: public }, { address: "0.0.0.0:81", name: internal } ]
services:
  a: { product: wso2-is, transport: http, prefix: /is-, listeners: [ public ], nodes: [ { name: a, host: a } ] }
  b: { product: wso2-is, transport: http, prefix: /is-, ${more}nodes: [ { name: b, host: b } ] }
`;
	const apart = await loadText("/portico.yaml", text("listeners: [ internal ], "), {}, 0);
	assert.ok("plan" in apart, "problems" in apart ? formatProblems(apart.problems) : "");
	const together = await loadText("/portico.yaml", text(""), {}, 0);
	assert.ok("problems" in together);
	assert.match(formatProblems(together.problems), /services `a` and `b` both have the prefix `\/is-` on x; .*or other `listeners`/);
});
