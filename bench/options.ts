import { parseArgs } from "node:util";

export interface Options {
	/** Names of rows, or null for all. */
	readonly only: readonly string[] | null;
	readonly peers: readonly string[] | null;
	/** cli.js of another build of Portico, measured in addition to this one as `portico-base`. */
	readonly base: string | null;
	readonly rounds: number;
	/** Seconds of one measurement. */
	readonly seconds: number;
	/** Folder that takes the results. */
	readonly out: string;
	/** Name of the result files: a part of the table must not replace the whole. */
	readonly name: "results" | "results-part";
}

const HELP = `npm run bench -- [options]
  --quick           two rounds of one second, three rows: does it work?
  --only a,b        these rows
  --peers a,b       these proxies
  --rounds N        measurements per row and proxy (default 5)
  --seconds N       length of a measurement (default 2)
  --out DIR         where the results go (default: bench/)
  --base CLI        another build of Portico (its cli.js) as one more proxy, portico-base
  --compare CLI     what a change of the data path does, in about 12 minutes: --base CLI, the rows of the data path,
                    and as proxies only portico, portico-base, nginx and haproxy
  --list            names of rows and proxies
Everything goes to results.md and results.svg; a part of it to results-part.md and .svg.
`;

const QUICK_ROWS = ["get-plain", "get-tls", "redirect"];
const COMPARED_PEERS = ["portico", "nginx", "haproxy"];
const BASE = "portico-base";

/** The options, or a text to print in place of a run. Throws an Error with a message for the user on a wrong argument. */
export function readOptions(
	argv: readonly string[],
	rowNames: readonly string[],
	dataPathRows: readonly string[],
	peerNames: readonly string[],
	out: string,
): Options | string {
	const { values } = parseArgs({
		args: [...argv],
		options: {
			quick: { type: "boolean", default: false },
			only: { type: "string" },
			peers: { type: "string" },
			rounds: { type: "string" },
			seconds: { type: "string" },
			out: { type: "string" },
			base: { type: "string" },
			compare: { type: "string" },
			list: { type: "boolean", default: false },
			help: { type: "boolean", short: "h", default: false },
		},
	});
	if (values.help) return HELP;
	if (values.list) return `rows:  ${rowNames.join(" ")}\npeers: ${peerNames.join(" ")}\n`;
	const isComparison = values.compare !== undefined;
	const base = values.compare ?? values.base ?? null;
	const only = names("--only", values.only, rowNames) ?? (values.quick ? QUICK_ROWS : isComparison ? dataPathRows : null);
	const named = names("--peers", values.peers, [...peerNames, BASE]) ?? (isComparison ? COMPARED_PEERS : null);
	const peers = named === null || base === null ? named : [...named, BASE];
	return {
		only,
		peers,
		base,
		rounds: count("--rounds", values.rounds, values.quick ? 2 : 5),
		seconds: count("--seconds", values.seconds, values.quick ? 1 : 2),
		out: values.out ?? out,
		name: only === null && peers === null && base === null ? "results" : "results-part",
	};
}

function names(option: string, text: string | undefined, known: readonly string[]): string[] | null {
	if (text === undefined) return null;
	const list = text.split(",").filter((name) => name !== "");
	const unknown = list.find((name) => !known.includes(name));
	if (unknown !== undefined) throw new Error(`${option}: there is no ${unknown}; there are ${known.join(", ")}`);
	return list;
}

function count(option: string, text: string | undefined, otherwise: number): number {
	if (text === undefined) return otherwise;
	const value = Number(text);
	if (!Number.isInteger(value) || value < 1 || value > 100) throw new Error(`${option}: ${text} is not a whole number from 1 to 100`);
	return value;
}
