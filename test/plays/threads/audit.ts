import type { Scope } from "../../harness/deadline.ts";
import type { PorticoOptions } from "../../harness/portico.ts";
import { connectRaw } from "../../harness/rawClient.ts";
import { AUDITOR, type Audit, CLEANER, type Memory, SABOTEUR } from "./sabotage.ts";

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
