import { spawn } from "node:child_process";
import { Child } from "../harness/child.ts";
import type { Scope } from "../harness/deadline.ts";
import { CLI } from "../harness/portico.ts";
import { freePorts } from "../harness/ports.ts";
import type { Site } from "./site.ts";

const LEASH = new URL("../harness/leash.ts", import.meta.url).href;

/** The last line that it prints before it waits. */
const READY = "Ctrl-C stops everything.";

/** A running `portico demo`, known by what it prints, as to its user. Lifetime: its scope. */
export class Demo implements Site {
	readonly cleanBodies = true;
	readonly child: Child;
	/** `https://localhost:8443` */
	readonly origin: string;
	/** `http://localhost:8080`, which leads there. */
	readonly plainOrigin: string;
	/** `http://127.0.0.1:…` */
	readonly relyingParty: string;
	/** What follows each description: `Publisher` and its URL. */
	readonly offers: ReadonlyMap<string, string>;
	/** By name. */
	readonly pids: ReadonlyMap<string, number>;

	constructor(child: Child, plainOrigin: string) {
		const text = child.stdout;
		this.child = child;
		this.plainOrigin = plainOrigin;
		this.origin = first(text, /listens on (https:\S+),/);
		this.offers = new Map([...text.matchAll(/^ {2}(\S.*?) {2,}(\S.*)$/gm)].map(([, name = "", what = ""]) => [name, what]));
		this.relyingParty = first(this.offer("Log in through an application"), /^(\S+)\/ /);
		this.pids = new Map([...text.matchAll(/([\w-]+) \(pid (\d+)\)/g)].map(([, name = "", pid]) => [name, Number(pid)]));
	}

	get origins(): string[] {
		return [this.origin, this.plainOrigin, this.relyingParty];
	}

	offer(name: string): string {
		const offer = this.offers.get(name);
		if (offer === undefined) throw new Error(`the demo offers no "${name}": ${this.child.stdout}`);
		return offer;
	}

	/** Types a line, `start is-1`, and waits until the demo says how the node is. */
	async type(line: string): Promise<void> {
		const before = this.child.stdout.length;
		this.child.process.stdin?.write(`${line}\n`);
		const [, node] = line.split(" ");
		const told = () => new RegExp(`^${node} (has pid|is not running).*\n`, "m").exec(this.child.stdout.slice(before)) ?? undefined;
		await this.child.until(told, `a response to "${line}"`, 15_000);
	}
}

/** Starts the demo from source, on free ports. */
export async function startDemo(scope: Scope): Promise<Demo> {
	const [port, httpPort] = await freePorts(2);
	const args = ["--import", LEASH, CLI, "demo", "--port", String(port), "--http-port", String(httpPort)];
	const child = new Child(scope, spawn(process.execPath, args, { stdio: ["pipe", "pipe", "pipe", "ipc"] }), "SIGTERM");
	await child.until(() => (child.stdout.includes(READY) ? true : undefined), "the demo's welcome", 60_000);
	return new Demo(child, `http://localhost:${httpPort}`);
}

function first(text: string, pattern: RegExp): string {
	const found = pattern.exec(text)?.[1];
	if (found === undefined) throw new Error(`the demo does not tell ${pattern}: ${text}`);
	return found;
}
