/**
 * Does what docs/tutorial.md says, as a reader does: `node driver.ts`, in a network of its own (see tutorial.test.ts), since the page has fixed
 * ports. A block `sh` is run in the first terminal, `sh nodes` and `sh portico` stay running in others, `sh keytool` and `sh openssl` are two ways to
 * the same end. A block `text` is what the command before it prints: each of its lines, in order, with `…` for anything. Ends with 1 at the
 * first difference. Commands of npm are proven elsewhere.
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Browser } from "../../../estate/browser.ts";
import { oidcLogin } from "../../../estate/journeys.ts";

const ROOT = join(import.meta.dirname, "../../..");
/** What stays running, and what it prints when it is ready. */
const READY: Readonly<Record<string, RegExp>> = { nodes: /^relying party (\S+)$/m, portico: /"msg":"ready"|\bready / };
/** The doctor has findings here. */
const HAS_FINDINGS = /^portico doctor\b/;
const TRIES = 50;

interface Block {
	readonly kind: string;
	readonly text: string;
}

const page = readFileSync(join(ROOT, "docs/tutorial.md"), "utf8");
const setup = blocksOf(page).find(({ text }) => text.startsWith("export PORTICO"))?.text ?? fail("no lines for every terminal");
const hasKeytool = spawnSync("keytool", ["-help"]).error === undefined;
const homes: string[] = [];
let application = "";

process.on("exit", () => {
	for (const home of homes) rmSync(home, { recursive: true, force: true });
});
// The other way to a certificate first, as far as that goes.
if (hasKeytool) await follow(blocksOf(page.slice(0, page.indexOf("## 3."))), "openssl");
await follow(blocksOf(page), hasKeytool ? "keytool" : "openssl");
process.stdout.write("the end\n");
process.exit(0);

async function follow(blocks: readonly Block[], way: string): Promise<void> {
	const home = mkdtempSync(join(tmpdir(), "tutorial-"));
	homes.push(home);
	let printed = "";
	let again = (): string => printed;
	for (const { kind, text } of blocks) {
		if (kind === "text") compare(text, again, printed);
		else if (kind in READY) printed = await stay(home, kind, text);
		else if (kind === "sh" || kind === way) {
			const commands = text.replace(/^npm .*\n/gm, "");
			printed = run(home, commands);
			// What a status shows changes by itself.
			again = commands.startsWith("portico status") ? () => run(home, commands) : () => printed;
		}
		if (kind === "nodes") application = READY.nodes?.exec(printed)?.[1] ?? "";
		if (kind === "sh" && text.includes("/apim-echo/")) await logIn(join(home, "portico-tutorial/tls/sso.pem"));
	}
}

function blocksOf(text: string): Block[] {
	return [...text.matchAll(/^```(sh|text)(?: (\w+))?\n(.*?)^```$/gms)].map(([, language = "", kind = language, body = ""]) => ({
		kind,
		text: body,
	}));
}

function run(home: string, commands: string): string {
	const { status, stdout, stderr } = spawnSync("bash", ["-ec", `${setup}${commands}`], options(home));
	const expected = HAS_FINDINGS.test(commands) ? [0, 2] : [0];
	if (!expected.includes(status ?? -1)) fail(`${commands}ended with ${status}:\n${stdout}${stderr}`);
	return stdout + stderr;
}

/** Resolves with its output when it is ready. */
async function stay(home: string, kind: string, commands: string): Promise<string> {
	const { promise, resolve } = Promise.withResolvers<string>();
	const child = spawn("bash", ["-ec", `${setup}${commands}`], { ...options(home), stdio: ["ignore", "pipe", "pipe"] });
	let output = "";
	const onData = (chunk: Buffer): void => {
		output += chunk.toString();
		if (READY[kind]?.test(output)) resolve(output);
	};
	child.stdout.on("data", onData);
	child.stderr.on("data", onData);
	child.once("exit", (code) => fail(`${commands}ended with ${code}:\n${output}`));
	return promise;
}

/** "choose OpenID Connect … and log in as `admin`" */
async function logIn(certificate: string): Promise<void> {
	const browser = new Browser({ trust: readFileSync(certificate, "utf8") });
	const { user } = await oidcLogin(browser, application, { username: "admin", password: "admin" });
	if (user?.subject !== "admin") fail(`nobody is logged in at ${application}`);
}

/** Each line of `shown` is in the output, in this order. */
function compare(shown: string, again: () => string, printed: string): void {
	const pattern = shown
		.trimEnd()
		.split("\n")
		.map((line) =>
			line
				.split(/\s*…\s*/)
				.map(literal)
				.join(".*"),
		)
		.join("[^]*\\n?");
	let output = printed;
	for (let tries = 0; !new RegExp(pattern, "m").test(output); tries++) {
		if (tries === TRIES) fail(`printed:\n${output}\nnot as the page shows:\n${shown}`);
		output = again();
	}
}

function literal(text: string): string {
	return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}

function options(home: string): { readonly cwd: string; readonly env: NodeJS.ProcessEnv; readonly encoding: "utf8" } {
	return { cwd: ROOT, env: { ...process.env, HOME: home }, encoding: "utf8" };
}

function fail(message: string): never {
	process.stderr.write(`${message}\n`);
	process.exit(1);
}
