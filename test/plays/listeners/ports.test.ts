/** Hosts with a port are served on the listener of that port alone. */
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stringify } from "yaml";
import { requestText, responseText } from "../../harness/message.ts";
import { startPortico } from "../../harness/portico.ts";
import { freePorts } from "../../harness/ports.ts";
import { connectRaw, exchange } from "../../harness/rawClient.ts";
import { startRawServer } from "../../harness/rawServer.ts";
import { serve } from "../../harness/stage.ts";

test("a service behind a firewalled port cannot be had at another one, and a reload moves it for connections that are open", async (t) => {
	const [open = 0, closed = 0] = await freePorts(2);
	const node = async (name: string) => startRawServer(t, serve(responseText(200, [], name)));
	const [portal, gateway] = await Promise.all([node("portal"), node("gateway")]);
	const app = (port: number, more: object) => ({
		...{ product: "http", routes: [{ path: "/" }], nodes: [{ name: `n${port}`, url: `http://127.0.0.1:${port}` }] },
		...more,
	});
	const config = (host: string, bound: object = {}) => ({
		public: `http://localhost:${open}`,
		listeners: [{ address: `127.0.0.1:${open}`, name: "public" }, { address: `127.0.0.1:${closed}` }],
		services: { portal: app(portal.port, {}), gateway: app(gateway.port, { host, ...bound }) },
		accessLog: { format: "json" },
		workers: 2,
	});
	const portico = await startPortico(t, config(`localhost:${closed}`));
	const ask = async (port: number, host: string): Promise<string> => {
		const { status, body } = await exchange(t, port, requestText("GET", "/x", { host }));
		return status === 200 ? body.toString() : String(status);
	};
	const outcomes = async (): Promise<string[]> =>
		Promise.all([open, closed].flatMap((port) => [`localhost:${open}`, `localhost:${closed}`].map((host) => ask(port, host))));
	assert.deepEqual(await outcomes(), ["portal", "421", "421", "gateway"]);
	const line = await portico.event("host_unknown");
	assert.match(String(line.cause), /asked for localhost:\d+ at 127\.0\.0\.1:\d+, which 127\.0\.0\.1:\d+ alone serves/);

	const kept = await connectRaw(t, open);
	const request = requestText("GET", "/x", { host: `localhost:${closed}` });
	await kept.send(request);
	assert.equal((await kept.response()).status, 421);
	writeFileSync(join(portico.folder, "portico.yaml"), stringify(config(`localhost:${closed}`, { listeners: ["public"] })));
	portico.signal("SIGHUP");
	await portico.event("config_reloaded");
	await kept.send(request);
	assert.equal((await kept.response()).body.toString(), "gateway");
	assert.equal(await ask(closed, `localhost:${closed}`), "421");

	// One host, one path, two services: the listener decides.
	const apart = config("app.example", { listeners: [`127.0.0.1:${closed}`] });
	const { portal: first } = apart.services;
	const same = { ...apart, services: { ...apart.services, portal: { ...first, host: "app.example", listeners: ["public"] } } };
	writeFileSync(join(portico.folder, "portico.yaml"), stringify(same));
	portico.signal("SIGHUP");
	await portico.event("config_reloaded", () => portico.log.filter(({ msg }) => msg === "config_reloaded").length === 2);
	assert.deepEqual([await ask(open, "app.example"), await ask(closed, "app.example")], ["portal", "gateway"]);
});
