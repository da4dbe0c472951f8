/** failover.md */

import { ACTS, type ActName, type ActResult, type Pace } from "./act.ts";
import type { Figures } from "./figures.ts";
import type { PlainStay } from "./plain/act.ts";
import { plainSections } from "./plain/page.ts";
import type { PlainProxy } from "./plain/proxies.ts";
import type { Proxy } from "./proxies/proxy.ts";
import type { Stay } from "./stay.ts";
import { spread, table } from "./tables.ts";
import * as tuning from "./tuning.ts";

export interface Run {
	readonly proxies: readonly Proxy[];
	readonly absent: readonly (readonly [name: string, reason: string])[];
	readonly stays: readonly Stay[];
	readonly plainProxies: readonly PlainProxy[];
	readonly plainStays: readonly PlainStay[];
	/** Null: no act had it. */
	readonly origin: string | null;
	readonly pace: Pace;
	readonly rounds: number;
	readonly machine: readonly string[];
	readonly warnings: readonly string[];
	readonly date: string;
	/** The command that made it. */
	readonly command: string;
}

const TITLES: Readonly<Record<ActName, readonly [blow: string, recovery: string]>> = {
	kill: ["`kill -9` of a node", "It is started again"],
	freeze: ["A node freezes (SIGSTOP): it accepts and never answers", "It goes on (SIGCONT)"],
	term: ["A node stops in order (SIGTERM), not drained before", "It is started again after that"],
};
/** A pause of the bench's own program above which the page warns. */
const PAUSE_LIMIT = 100;

export function failoverPage(run: Run): string {
	const sections = [
		"# A node fails, behind each proxy",
		`Written by \`${run.command}\` on ${run.date}: ${run.rounds === 1 ? "one round" : `medians of ${run.rounds} rounds, lowest and highest in brackets`}. How it is played and what the columns mean: [README.md](README.md#failover).`,
		...[...run.warnings, ...ownPauses(run)].map((warning) => `> **Careful:** ${warning}`),
		...(run.origin === null
			? []
			: [
					`Behind all of them: ${run.origin}. ${tuning.CLIENTS} clients with a session each ask every ${tuning.CLIENT_PERIOD} ms for a page that takes ${tuning.SERVICE_TIME} ms, and ${1000 / tuning.NEWCOMER_PERIOD} newcomers a second.`,
				]),
		...ACTS.filter((act) => run.stays.some((stay) => stay.act === act)).flatMap((act) => actSections(run, act)),
		...plainSections(run.plainProxies, run.plainStays),
		`## What each was told\n\n${[...sessionTerms(run), ...plainTerms(run)].join("\n\n")}`,
		`## Machine and versions\n\n${list([...run.machine, ...run.proxies.map((proxy) => `\`${proxy.name}\`: ${proxy.describe()}`), ...run.absent.map(([name, reason]) => `\`${name}\` was left out: ${reason}`), ...broken(run)])}`,
	];
	return `${sections.join("\n\n")}\n`;
}

function sessionTerms({ stays, proxies }: Run): string[] {
	if (stays.length === 0) return [];
	return [
		`Each waits ${tuning.CONNECT_TIMEOUT} ms for a connection and ${tuning.ANSWER_TIMEOUT} ms for a response, asks \`${tuning.CHECK_PATH}\` every ${tuning.CHECK_INTERVAL} ms where it has checks (${tuning.FALL} failures take a node out, ${tuning.RISE} successes bring it back), and keeps unused connections for ${tuning.IDLE_TIME / 1000} s. One worker or thread.`,
		list(proxies.map(told)),
	];
}

function plainTerms({ plainStays, plainProxies }: Run): string[] {
	return plainStays.length === 0 ? [] : ["Without sessions, and with a minute for a response:", list(plainProxies.map(told))];
}

const told = ({ name, settings }: { readonly name: string; readonly settings: string }): string => `\`${name}\`: ${settings}`;

function actSections(run: Run, act: ActName): string[] {
	const [blow, recovery] = TITLES[act];
	const results = (proxy: Proxy): ActResult[] =>
		run.stays.filter((stay) => stay.proxy === proxy.name && stay.act === act).flatMap(({ result }) => result ?? []);
	const rows = (columns: (results: readonly ActResult[]) => readonly string[]): string[] =>
		run.proxies.map((proxy) => {
			const all = results(proxy);
			return all.length === 0 ? `| ${proxy.name} | not measured |` : `| ${[proxy.name, ...columns(all)].join(" | ")} |`;
		});
	const over = (part: "blow" | "recovery") => (all: readonly ActResult[]) => common(all.map((result) => result[part]));
	return [
		table(
			`${blow}; watched for ${run.pace.blow[act] / 1000} s`,
			["clients on it", ...COMMON, "detected ms"],
			rows((all) => [spread(all.map(({ hit }) => hit)), ...over("blow")(all), spread(all.map((result) => result.blow.detected))]),
		),
		table(
			recovery,
			[...COMMON, "share again ms", "newcomers then %"],
			rows((all) => [
				...over("recovery")(all),
				spread(
					all.map((result) => result.spread),
					`> ${run.pace.spread}`,
				),
				spread(all.map(({ share }) => 100 * share)),
			]),
		),
	];
}

const COMMON = ["sent", "failed", "status, closed, cut, timeout", "slow", "longest ms", "sessions lost", "counts back"];

function common(all: readonly Figures[]): string[] {
	const of = (value: (one: Figures) => number): string => spread(all.map(value));
	return [
		of(({ sent }) => sent),
		of(({ failed }) => failed),
		`${of(({ status }) => status)}, ${of(({ closed }) => closed)}, ${of(({ cut }) => cut)}, ${of(({ timeout }) => timeout)}`,
		of(({ slow }) => slow),
		of(({ longest }) => longest),
		of(({ sessionsLost }) => sessionsLost),
		of(({ countsBack }) => countsBack),
	];
}

function ownPauses({ stays }: Run): string[] {
	const longest = Math.max(0, ...stays.map(({ ownPause }) => ownPause));
	return longest > PAUSE_LIMIT
		? [
				`the clients' own program stood still for up to ${longest.toFixed(0)} ms: the machine was busy, longest requests and times may be too long by that.`,
			]
		: [];
}

function broken({ stays, plainStays }: Run): string[] {
	return [...stays, ...plainStays].flatMap((stay) =>
		stay.broken === null ? [] : [`\`${stay.proxy}\`, ${stay.act}: ended early: ${stay.broken.split("\n")[0]}`],
	);
}

function list(lines: readonly string[]): string {
	return lines.map((line) => `- ${line}`).join("\n");
}
