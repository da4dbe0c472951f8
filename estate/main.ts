import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { detached } from "./detached.ts";
import { type Estate, type EstateOptions, startEstate } from "./estate.ts";
import type { RelyingPartyOptions } from "./relyingParty.ts";
import { USERS } from "./users.ts";
import { startWelcome } from "./welcome.ts";
import type { WelcomeFacts } from "./welcomePage.ts";

/**
 * A whole estate: `node main.ts [--json] [--offset N] [--public ORIGIN --trust FILE] [--options JSON]` (EstateOptions). With `--public` its
 * relying party logs in at ORIGIN/is- and trusts the certificate in FILE (PEM). Prints what runs where when all of it answers, and ends,
 * leaving nothing, on SIGTERM, SIGINT or, with --json, at the end of its input. With --json its input is one JSON command a line: {"kill":"is-1"}, {"stop":…},
 * {"freeze":…}, {"thaw":…}, {"start":…}, {"switch":{"node":"is-1","slow":2000}}, {"relyingParty":{"idp":"https://…/is-","trust":"PEM"}},
 * {"welcome":{…}} (WelcomeFacts; starts the demo's page, the answer has its "port"), {"describe":true}; they are obeyed one after the other, each is answered by one line, {"ok":true,…} or {"ok":false,"error":…}.
 */
const { values } = parseArgs({
	options: {
		json: { type: "boolean", default: false },
		offset: { type: "string" },
		public: { type: "string" },
		trust: { type: "string" },
		options: { type: "string" },
	},
});

async function main(): Promise<void> {
	const estate = await startEstate({
		...(JSON.parse(values.options ?? "{}") as EstateOptions),
		...(values.offset === undefined ? {} : { offset: Number(values.offset) }),
		...(values.public === undefined ? {} : { relyingParty: relyingPartyBehind(values.public, values.trust) }),
	});
	let closing: Promise<void> | null = null;
	const end = detached(async () => {
		closing ??= estate.close();
		await closing;
		process.exit(0);
	});
	process.once("SIGTERM", end).once("SIGINT", end);
	process.stdout.on("error", end);
	if (!values.json) return print(describeText(estate));
	print(JSON.stringify({ ready: true, ...describe(estate) }));
	const lines = createInterface({ input: process.stdin });
	let done = Promise.resolve();
	lines.on("line", (line) => {
		done = done.then(async () => print(JSON.stringify(await obey(estate, line))));
	});
	lines.once("close", end);
}

function relyingPartyBehind(origin: string, trust: string | undefined): RelyingPartyOptions {
	return { idp: `${origin}/is-`, ...(trust === undefined ? {} : { trust: readFileSync(trust, "utf8") }) };
}

function describe(estate: Estate): object {
	const users = USERS.map(({ name, password }) => ({ name, password }));
	return { nodes: estate.nodes(), trust: estate.trust, relyingParty: { origin: estate.relyingParty.origin }, users };
}

function describeText(estate: Estate): string {
	const rows = estate.nodes().map(({ name, pid, ports }) => {
		const open = Object.entries(ports).filter(([, port]) => port !== 0);
		return `${name.padEnd(8)} pid ${pid}  ${open.map(([port, number]) => `${port} ${number}`).join("  ")}`;
	});
	return [...rows, `relying party ${estate.relyingParty.origin}`].join("\n");
}

async function obey(estate: Estate, line: string): Promise<object> {
	try {
		const [[verb, argument] = ["", null]] = Object.entries(JSON.parse(line) as Record<string, unknown>);
		return { ok: true, [verb]: argument, ...(await perform(estate, verb, argument)) };
	} catch (error) {
		return { ok: false, error: error instanceof Error ? error.message : String(error) };
	}
}

async function perform(estate: Estate, verb: string, argument: unknown): Promise<object> {
	if (verb === "describe") return describe(estate);
	if (verb === "welcome") {
		const port = await startWelcome(argument as WelcomeFacts, () => estate.nodes(), estate.relyingParty.origin);
		return { port };
	}
	if (verb === "relyingParty") {
		estate.relyingParty.configure(argument as Partial<RelyingPartyOptions>);
	} else if (verb === "switch") {
		const { node, ...changes } = argument as Record<string, unknown>;
		await estate.switch(String(node), changes);
	} else if (verb === "kill" || verb === "stop" || verb === "freeze" || verb === "thaw" || verb === "start") {
		await estate[verb](String(argument));
	} else {
		throw new Error(`there is no command ${verb}`);
	}
	return {};
}

function print(line: string): void {
	process.stdout.write(`${line}\n`);
}

main().catch((error: unknown) => {
	process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
	process.exitCode = 1;
});
