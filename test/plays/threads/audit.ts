import type { Scope } from "../../harness/deadline.ts";
import type { PorticoOptions } from "../../harness/portico.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { AUDITOR, type Audit, CLEANER, GLUTTON, HOLDER, type Memory, SABOTEUR, WASTER } from "./sabotage.ts";

/** For a Portico that can be sabotaged and audited. */
export const WITH_SABOTAGE: PorticoOptions = {
	env: { NODE_OPTIONS: `--import ${new URL("sabotage.ts", import.meta.url).href}` },
};

/**
 * Kills the worker that happens to accept the connection.
 * @param milliseconds that it may take, if not the usual ones
 */
export async function sabotage(scope: Scope, port: number, milliseconds?: number): Promise<void> {
	const client = await connectRaw(scope, port, { localAddress: SABOTEUR });
	await client.ended(milliseconds);
}

/** Fills the heap of the worker that happens to accept the connection. */
export async function fillHeap(scope: Scope, port: number): Promise<void> {
	const client = await connectRaw(scope, port, { localAddress: GLUTTON });
	await client.ended(20_000);
}

/** The worker that happens to accept the connection holds so many MiB from then on; or, with `waste`, makes so many that nobody needs. */
export async function fillMemory(scope: Scope, port: number, order: "hold" | "waste", mebibytes: number): Promise<void> {
	const octets = `${Math.floor(mebibytes / 256)}.${mebibytes % 256}`;
	const client = await connectRaw(scope, port, { localAddress: `${order === "hold" ? HOLDER : WASTER}${octets}` });
	client.destroy();
}

async function audit(scope: Scope, port: number): Promise<Audit> {
	return JSON.parse(await told(scope, port, AUDITOR)) as Audit;
}

/**
 * Collects the garbage of the worker that happens to accept the connection.
 * @param milliseconds as of {@link sabotage}
 * @returns MiB that are left
 */
export async function liveMemory(scope: Scope, port: number, milliseconds?: number): Promise<number> {
	return (JSON.parse(await told(scope, port, CLEANER, milliseconds)) as Memory).live;
}

async function told(scope: Scope, port: number, localAddress: string, milliseconds?: number): Promise<string> {
	const client = await connectRaw(scope, port, { localAddress });
	const text = await client.readUntil("}", milliseconds);
	client.destroy();
	return text;
}

/** Audits until what is counted is as expected. Rejects, with what it is, when it does not become so. */
export async function untilCounted(scope: Scope, port: number, expected: Audit): Promise<void> {
	const deadline = performance.now() + 5000;
	for (;;) {
		const counted = await audit(scope, port);
		if (counted.inFlight === expected.inFlight && counted.connections === expected.connections) return;
		if (performance.now() > deadline) throw new Error(`${JSON.stringify(counted)} instead of ${JSON.stringify(expected)}`);
	}
}
