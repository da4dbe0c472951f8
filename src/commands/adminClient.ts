/** What the commands share that ask a running Portico. */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import type {
	ChangeRequest,
	FailureReport,
	MaintenanceReport,
	MemberReport,
	NodeReport,
	ReloadRefusal,
	ReloadReport,
	StatusReport,
} from "../admin/model.ts";
import { readAdminUrl } from "../config/adminAddress.ts";
import { nearest } from "../config/suggest.ts";
import { namedFile, STANDARD_FILE } from "./configFile.ts";
import type { Process } from "./run.ts";
import { UsageError } from "./usageError.ts";

export interface AdminOptions {
	readonly admin?: string | undefined;
	readonly config?: string | undefined;
	readonly token?: string;
	readonly json?: boolean;
}

const STANDARD = "http://127.0.0.1:9990";
/** A status of ten thousand members is less. */
const MOST_BYTES = 32 * 1024 * 1024;
const REQUEST_TIMEOUT_MS = 10_000;
/** All workers get ready for another plan. */
const RELOAD_TIMEOUT_MS = 60_000;

/** Where the running Portico is, and how it is opened. Adds the last argument, which may be a file. */
export function withAdminOptions(command: Command): Command {
	return command
		.argument("[file]", "configuration file, for the address of the running Portico")
		.option("--admin <url>", `admin server of the running Portico (default: \`admin\` of ./${STANDARD_FILE}, or ${STANDARD})`)
		.option("-c, --config <file>", "same as FILE")
		.option("--token <token>", "bearer token (safer: environment variable PORTICO_ADMIN_TOKEN)")
		.option("--json", "machine-readable output");
}

/** Runs a command; what is wrong becomes a message and exit code 1. @throws UsageError @param file the last argument */
export async function asking(
	file: string | undefined,
	options: AdminOptions,
	process: Process,
	action: (client: AdminClient) => Promise<void>,
): Promise<void> {
	const config = namedFile(file, options.config);
	if (options.admin !== undefined && config !== undefined)
		throw new UsageError("--admin and the configuration file both set the address of Portico; pass only one of them");
	try {
		await action(await AdminClient.for({ ...options, config }, process.env));
	} catch (error) {
		process.err(`portico: ${error instanceof Error ? error.message : String(error)}\n`);
		process.exit(1);
	}
}

/** Of the portico.yaml in this directory, if there is one and it says. */
async function standardUrl(env: Process["env"]): Promise<string> {
	if (!existsSync(STANDARD_FILE)) return STANDARD;
	return readAdminUrl(STANDARD_FILE, env).catch(() => STANDARD);
}

/** An address as messages may show it: no user, password or query, wherever they stand in what is none. */
export function withoutUser(address: string): string {
	const at = address.lastIndexOf("@");
	const place = at === -1 ? address : `…${address.slice(at)}`;
	return place.replace(/[?#].*$/s, "?…");
}

/** Every method throws an Error whose message is for the operator. Lifetime: one command. */
export class AdminClient {
	readonly #base: string;
	readonly #token: string | undefined;

	private constructor(base: string, token: string | undefined) {
		this.#base = base;
		this.#token = token;
	}

	static async for({ admin, config, token }: AdminOptions, env: Process["env"]): Promise<AdminClient> {
		const written = admin ?? (config === undefined ? await standardUrl(env) : await readAdminUrl(config, env));
		const url = URL.parse(/^https?:\/\//i.test(written) ? written : `http://${written}`);
		if (url === null || url.username !== "" || url.pathname !== "/")
			throw new Error(`${JSON.stringify(withoutUser(written))} is not the URL of an admin server, such as ${STANDARD}`);
		return new AdminClient(url.origin, token ?? env.PORTICO_ADMIN_TOKEN);
	}

	async status(): Promise<StatusReport> {
		return (await this.#ask("GET", "/api/v1/status")) as StatusReport;
	}

	/** @param name of a node (`is-1`) or a member (`is-1/servlet`) */
	async target(name: string): Promise<NodeReport | MemberReport> {
		return this.#askTarget("GET", name);
	}

	async change(name: string, change: ChangeRequest): Promise<NodeReport | MemberReport> {
		return this.#askTarget("PATCH", name, change);
	}

	/** @param service undefined: the whole instance */
	async maintenance(on: boolean, service: string | undefined): Promise<MaintenanceReport> {
		const body = service === undefined ? { on } : { on, service };
		return (await this.#ask("POST", "/api/v1/maintenance", body, RELOAD_TIMEOUT_MS)) as MaintenanceReport;
	}

	/** A refusal is a response too. */
	async reload(dryRun: boolean): Promise<ReloadReport | ReloadRefusal> {
		return (await this.#ask("POST", "/api/v1/reload", dryRun ? { dryRun } : {}, RELOAD_TIMEOUT_MS)) as ReloadReport | ReloadRefusal;
	}

	async #askTarget(method: "GET" | "PATCH", name: string, body?: ChangeRequest): Promise<NodeReport | MemberReport> {
		const kind = name.includes("/") ? "member" : "node";
		try {
			return (await this.#ask(method, `/api/v1/${kind}s/${encodeURIComponent(name)}`, body)) as NodeReport | MemberReport;
		} catch (error) {
			if (error instanceof AdminRefusal && error.code === `${kind}_not_found`) throw new Error(await this.#whoThereIs(kind, name));
			throw error;
		}
	}

	async #whoThereIs(kind: "node" | "member", name: string): Promise<string> {
		const nodes = (await this.status()).services.flatMap((service) => service.nodes);
		const names = kind === "node" ? nodes.map((node) => node.name) : nodes.flatMap(({ members }) => members.map((member) => member.name));
		const meant = nearest(name, names);
		return `there is no ${kind} ${JSON.stringify(name)}; ${meant === undefined ? `known are ${names.join(", ")}` : `did you mean ${meant}?`}`;
	}

	async #ask(method: string, path: string, body?: object, timeout = REQUEST_TIMEOUT_MS): Promise<unknown> {
		let response: Response;
		let text: string;
		try {
			response = await fetch(this.#base + path, {
				method,
				redirect: "error",
				signal: AbortSignal.timeout(timeout),
				headers: {
					Accept: "application/json",
					...(body === undefined ? {} : { "Content-Type": "application/json" }),
					...(this.#token === undefined ? {} : { Authorization: `Bearer ${this.#token}` }),
				},
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
			});
			text = await textOf(response);
		} catch (error) {
			throw new Error(
				`cannot reach Portico's admin server at ${this.#base} (${reasonOf(error, timeout)})\nCheck that Portico runs and that its file has \`admin\`. Pass that file, or the address with --admin URL.`,
			);
		}
		const answer = jsonOf(text);
		if (response.ok && answer !== null) return answer;
		if (answer !== null && "problems" in answer) return answer;
		const failure = (answer as Partial<FailureReport> | null)?.error;
		if (failure === undefined) throw new Error(`the server at ${this.#base} is not Portico's admin server (${response.status})`);
		const hint = response.status === 401 ? "\nSet PORTICO_ADMIN_TOKEN, or pass --token." : "";
		throw new AdminRefusal(failure.code, failure.message + hint);
	}
}

/** @throws Error if it is longer than any response of Portico */
async function textOf({ body }: Response): Promise<string> {
	const chunks: Uint8Array[] = [];
	let bytes = 0;
	for await (const chunk of body ?? []) {
		chunks.push(chunk);
		bytes += chunk.length;
		if (bytes > MOST_BYTES) throw new Error("its response does not end");
	}
	return Buffer.concat(chunks).toString();
}

class AdminRefusal extends Error {
	readonly code: string;

	constructor(code: string, message: string) {
		super(message);
		this.code = code;
	}
}

function jsonOf(text: string): object | null {
	try {
		const value: unknown = JSON.parse(text);
		return typeof value === "object" ? value : null;
	} catch {
		return null;
	}
}

function reasonOf(error: unknown, timeout: number): string {
	if (!(error instanceof Error)) return String(error);
	if (error.name === "TimeoutError") return `no response within ${timeout / 1000} s`;
	const { code } = (error.cause ?? {}) as { code?: string };
	if (code === "ECONNREFUSED") return "connection refused";
	if (code === "ENOTFOUND" || code === "EAI_AGAIN") return "the name cannot be resolved";
	return code ?? error.message;
}
