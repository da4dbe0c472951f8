/** Where the Portico of a configuration file can be asked, read without a look at the rest: the file may name what only the server can read. */
import { readFile } from "node:fs/promises";
import { reasonOf } from "./certificates.ts";
import type { Environment } from "./environment.ts";
import { FileSecrets, readSecret } from "./fileSecrets.ts";
import { parseListenAddress } from "./hosts.ts";
import { parse } from "./parse.ts";
import { readFiles } from "./readFiles.ts";

const STANDARD = "127.0.0.1:9990";

/**
 * @returns the base URL
 * @throws Error that says what is wrong
 */
export async function readAdminUrl(file: string, env: Environment): Promise<string> {
	const text = await readFile(file, "utf8").catch((error: unknown) => {
		throw new Error(`${file} cannot be read (${reasonOf(error)})`);
	});
	// Who asks may not be allowed to read secrets, nor all that is included.
	const secrets = new FileSecrets((path) => {
		const read = readSecret(path);
		return "problem" in read ? { text: "unknown" } : read;
	});
	const whole = await readFiles(file, text, env, secrets);
	const read = "value" in whole ? whole : parse(file, text, env, secrets);
	if (!("value" in read)) {
		const [{ line, column, problem } = { line: 1, column: 1, problem: "this is not a configuration" }] = read.problems;
		throw new Error(`${file}:${line}:${column}: ${problem}`);
	}
	const admin = member(read.value, "admin");
	if (admin === undefined) throw new Error(`${file} has no \`admin\`, so its Portico accepts no commands`);
	const address = parseListenAddress(String(member(admin, "address") ?? STANDARD));
	if (address === null) throw new Error(`${file}: admin.address is not an address`);
	return urlOf(address.host, address.port);
}

/** Who listens on all addresses also does on loopback. */
function urlOf(host: string, port: number): string {
	if (host === "0.0.0.0") return `http://127.0.0.1:${port}`;
	if (host === "::") return `http://[::1]:${port}`;
	return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function member(value: unknown, key: string): unknown {
	return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[key] : undefined;
}
