import net from "node:net";

/**
 * Below the range from which Linux and macOS take the source ports of outgoing connections: a killed node's port stays free for its return, and
 * nobody who connects to it meanwhile can get connected to himself.
 */
const FIRST = 20_000;
const LAST = 32_000;

/** `count` ports of 127.0.0.1 on which nothing listened a moment ago. */
export async function freePorts(count: number): Promise<number[]> {
	const found: number[] = [];
	let candidate = FIRST + Math.floor(Math.random() * (LAST - FIRST));
	for (let tried = 0; found.length < count; tried++) {
		if (tried > LAST - FIRST) throw new Error("no free ports are left");
		if (await isFree(candidate)) found.push(candidate);
		candidate = candidate + 1 < LAST ? candidate + 1 : FIRST;
	}
	return found;
}

function isFree(port: number): Promise<boolean> {
	return new Promise((resolve) => {
		const server = net.createServer();
		server.once("error", () => resolve(false));
		server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
	});
}
