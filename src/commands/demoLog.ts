/** The control log of the demo: one sentence an event, with the time. The ports of a node that fails or comes back are one line. */
import type { Log, LogFields } from "../log/log.ts";
import type { Plan } from "../plan/plan.ts";
import { nodeOf, reasonOf, type Sentence, sentenceOf, type Tone } from "./demoSentences.ts";

/** As in a picture of the estate: a shape for each, so that colour is not needed. */
const MARKS: Readonly<Record<Tone, string>> = { good: "●", bad: "■", wish: "◐", note: "·" };
const COLOURS: Readonly<Record<Tone, number>> = { good: 32, bad: 31, wish: 34, note: 0 };
/** The checks of a node's ports end within this time of each other. */
const TOGETHER_MS = 500;

interface Change {
	readonly node: string;
	readonly to: "up" | "down";
	readonly isFirst: boolean;
	readonly reason: string;
	readonly ports: string[];
}

export type DemoPlan = Pick<Plan, "members" | "pools">;

/** Lifetime: the demo. */
export class DemoLog implements Log {
	readonly #serviceOf: ReadonlyMap<string, string>;
	/** Members that are down. */
	readonly #down = new Set<string>();
	readonly #members: readonly { readonly name: string; readonly node: string }[];
	readonly #out: (text: string) => void;
	readonly #isColoured: boolean;
	#changes: Change[] = [];
	/** Lines from before the welcome; null once that is printed. */
	#held: string[] | null = [];

	constructor({ members, pools }: DemoPlan, out: (text: string) => void, isColoured: boolean) {
		this.#members = members;
		this.#out = out;
		this.#isColoured = isColoured;
		const rows = pools.flatMap(({ name, members: of }) => of.map((index) => [members[index]?.node ?? "", nodeOf(name)] as const));
		this.#serviceOf = new Map(rows);
	}

	/** Prints what was held back until now, and everything from here on at once. */
	begin(): void {
		for (const line of this.#held ?? []) this.#out(line);
		this.#held = null;
	}

	debug(): void {}

	info(event: string, fields: LogFields = {}): void {
		this.#tell(event, fields);
	}

	warn(event: string, fields: LogFields = {}): void {
		this.#tell(event, fields);
	}

	error(event: string, fields: LogFields = {}): void {
		this.#tell(event, fields);
	}

	#tell(event: string, fields: LogFields): void {
		if (event === "member_up" || event === "member_down") return this.#collect(event === "member_up" ? "up" : "down", fields);
		if (event === "draining" || event === "stopped") this.#flush();
		const sentence = sentenceOf(event, fields);
		if (sentence !== null) this.#print(sentence);
	}

	#collect(to: "up" | "down", { member, from, error, text }: LogFields): void {
		const name = String(member);
		if (to === "down") this.#down.add(name);
		else this.#down.delete(name);
		const node = nodeOf(name);
		const port = name.slice(node.length + 1);
		const same = this.#changes.find((change) => change.node === node && change.to === to);
		if (same !== undefined) return void same.ports.push(port);
		if (this.#changes.length === 0) setTimeout(() => this.#flush(), TOGETHER_MS).unref();
		const reason = reasonOf(String(error ?? ""), String(text ?? ""));
		this.#changes.push({ node, to, isFirst: from !== "down", reason, ports: [port] });
	}

	#flush(): void {
		const changes = this.#changes;
		this.#changes = [];
		for (const change of changes) this.#print(this.#sentence(change));
	}

	#sentence({ node, to, isFirst, reason, ports }: Change): Sentence {
		const all = this.#members.filter((member) => member.node === node);
		const isWhole = ports.length >= all.length || (to === "down" && all.every(({ name }) => this.#down.has(name)));
		const what = isWhole ? node : `${node} (${ports.join(", ")})`;
		if (to === "up") return { tone: "good", text: isFirst ? `${what} is up.` : `${what} is up again and takes requests.` };
		return { tone: "bad", text: `${what} is down: ${reason}. ${this.#successors(node)}` };
	}

	/** Who takes the requests of a node that is down. */
	#successors(node: string): string {
		const service = this.#serviceOf.get(node) ?? "";
		const others = [...this.#serviceOf].filter(([name, of]) => of === service && name !== node).map(([name]) => name);
		const left = others.filter((other) => this.#members.some(({ name, node: of }) => of === other && !this.#down.has(name)));
		if (left.length === 0) return `No node of ${service} is left: its clients get 503.`;
		return `${left.join(" and ")} ${left.length === 1 ? "takes" : "take"} its requests.`;
	}

	#print({ tone, text }: Sentence): void {
		const time = new Date().toTimeString().slice(0, 8);
		const words = `${MARKS[tone]} ${text}`;
		const line = this.#isColoured ? `\x1b[2m${time}\x1b[0m  \x1b[${COLOURS[tone]}m${words}\x1b[0m\n` : `${time}  ${words}\n`;
		if (this.#held === null) this.#out(line);
		else this.#held.push(line);
	}
}
