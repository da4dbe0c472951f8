/** The tables of the acts without sessions. */

import { spread, table } from "../tables.ts";
import { PLAIN_ACTS, PLAIN_PACE, type PlainActName, type PlainStay } from "./act.ts";
import type { PlainFigures } from "./load.ts";
import type { PlainProxy } from "./proxies.ts";

const TITLES: Readonly<Record<PlainActName, string>> = {
	dead: "One of two nodes is dead all the time, GET without a session",
	everySecond: "One of three nodes is killed every second and started again, GET over TLS without a session",
};

const COLUMNS = [
	"kills",
	"sent",
	"failed",
	"status, refused, cut, timeout",
	"failed %",
	"longest ms",
	"failures by status",
	"its log says",
];

export function plainSections(proxies: readonly PlainProxy[], stays: readonly PlainStay[]): string[] {
	return PLAIN_ACTS.filter((act) => stays.some((stay) => stay.act === act)).map((act) => section(act, proxies, stays));
}

function section(act: PlainActName, proxies: readonly PlainProxy[], stays: readonly PlainStay[]): string {
	const { connections, page, seconds } = PLAIN_PACE[act];
	const rows = proxies.map(({ name }) => {
		const mine = stays.filter((stay) => stay.proxy === name && stay.act === act && stay.figures !== null);
		return mine.length === 0 ? `| ${name} | not measured |` : `| ${[name, ...cells(mine)].join(" | ")} |`;
	});
	const text = `wrk with ${connections} connections for ${seconds} s, closed loop; a page takes ${page} ms. The nodes are small programs, which start in a moment. The last two columns are sums of all rounds.`;
	return `${table(TITLES[act], COLUMNS, rows)}\n\n${text}`;
}

function cells(stays: readonly PlainStay[]): string[] {
	const all = stays.flatMap(({ figures }) => figures ?? []);
	const of = (value: (one: PlainFigures) => number): string => spread(all.map(value));
	const shares = all.map(({ sent, failed }) => (100 * failed) / sent);
	const worst = Math.max(...shares);
	return [
		spread(stays.map(({ kills }) => kills)),
		of(({ sent }) => sent),
		of(({ failed }) => failed),
		`${of(({ status }) => status)}, ${of(({ connect }) => connect)}, ${of(({ cut }) => cut)}, ${of(({ timeout }) => timeout)}`,
		worst === 0 ? "0" : `${Math.min(...shares).toFixed(2)}–${worst.toFixed(2)}`,
		of(({ longest }) => longest),
		counted(all.map(({ statuses }) => statuses)),
		counted(stays.map(({ codes }) => codes)),
	];
}

/** `502: 12, 503: 1` */
function counted(all: readonly Readonly<Record<string, number>>[]): string {
	const sums = new Map<string, number>();
	for (const [name, count] of all.flatMap((each) => Object.entries(each))) sums.set(name, (sums.get(name) ?? 0) + count);
	return sums.size === 0 ? "–" : [...sums].map(([name, count]) => `${name}: ${count}`).join(", ");
}
