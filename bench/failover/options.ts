import { parseArgs } from "node:util";
import { ACTS, type ActName } from "./act.ts";
import { PLAIN_ACTS, type PlainActName } from "./plain/act.ts";

export interface Options {
	readonly proxies: readonly string[];
	/** Of users with sessions. */
	readonly acts: readonly ActName[];
	/** Without sessions. */
	readonly plainActs: readonly PlainActName[];
	readonly origin: "tomcat" | "node";
	readonly rounds: number;
	/** Folder that takes the page. */
	readonly out: string;
	/** cli.js of another build of Portico, in place of dist/. */
	readonly portico: string | null;
	/** Name of the page: a part must not replace the whole. */
	readonly name: "failover" | "failover-part";
}

const ALL_ACTS = [...ACTS, ...PLAIN_ACTS] as const;
const USUAL_ACTS: readonly (ActName | PlainActName)[] = ["kill", "freeze", "dead", "everySecond"];

const HELP = `npm run bench:failover -- [options]
  --proxies a,b     these configurations
  --acts a,b        of ${ALL_ACTS.join(", ")} (default: ${USUAL_ACTS.join(",")})
  --origin ORIGIN   tomcat (default) or node, two small programs in place of the Tomcats
  --rounds N        how often everything is played (default 1); the page then has medians
  --portico CLI     another build of Portico (its cli.js) in place of dist/
  --out DIR         where the page goes (default: bench/)
  --list            names of the configurations
A whole run over Tomcat writes failover.md; a part of it, or another origin, failover-part.md.
`;

/** The options, or a text to print in place of a run. Throws an Error with a message for the user on a wrong argument. */
export function readOptions(argv: readonly string[], known: readonly string[], out: string): Options | string {
	const { values } = parseArgs({
		args: [...argv],
		options: {
			proxies: { type: "string" },
			acts: { type: "string" },
			origin: { type: "string", default: "tomcat" },
			rounds: { type: "string", default: "1" },
			portico: { type: "string" },
			out: { type: "string", default: out },
			list: { type: "boolean", default: false },
			help: { type: "boolean", short: "h", default: false },
		},
	});
	if (values.help) return HELP;
	if (values.list) return `${known.join(" ")}\n`;
	const { origin } = values;
	if (origin !== "tomcat" && origin !== "node") throw new Error(`--origin: ${origin} is neither tomcat nor node`);
	const rounds = Number(values.rounds);
	if (!Number.isInteger(rounds) || rounds < 1 || rounds > 50)
		throw new Error(`--rounds: ${values.rounds} is not a whole number from 1 to 50`);
	const proxies = chosen("--proxies", values.proxies, known) ?? known;
	const acts = chosen("--acts", values.acts, ALL_ACTS) ?? USUAL_ACTS;
	const isWhole = proxies.length === known.length && USUAL_ACTS.every((act) => acts.includes(act)) && origin === "tomcat";
	const portico = values.portico ?? null;
	const ofActs = <T extends string>(some: readonly T[]): readonly T[] => some.filter((act) => acts.some((each) => each === act));
	return {
		proxies,
		acts: ofActs(ACTS),
		plainActs: ofActs(PLAIN_ACTS),
		origin,
		rounds,
		out: values.out,
		portico,
		name: isWhole && portico === null ? "failover" : "failover-part",
	};
}

function chosen<T extends string>(option: string, text: string | undefined, known: readonly T[]): readonly T[] | null {
	if (text === undefined) return null;
	return text.split(",").map((name) => {
		const found = known.find((one) => one === name);
		if (found === undefined) throw new Error(`${option}: there is no ${name}; there are ${known.join(", ")}`);
		return found;
	});
}
