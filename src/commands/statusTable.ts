/** The status as a table that can be read at night: aligned, states in words. Pure. */
import type { DrainReport, LeakReport, MemberReport, NodeReport, ServiceReport, StatusReport } from "../admin/model.ts";
import { turnsAway } from "../limit/memoryLevel.ts";

type Colour = "green" | "yellow" | "red" | "bold" | "none";

interface Cell {
	readonly text: string;
	readonly colour: Colour;
	/** Numbers stand to the right. */
	readonly right?: boolean;
}

const CODES: Readonly<Record<Exclude<Colour, "none">, number>> = { green: 32, yellow: 33, red: 31, bold: 1 };
const HEADINGS = [
	"MEMBER",
	"ADDRESS",
	"ZONE",
	"ROLES",
	"HEALTH",
	"STATE",
	"WEIGHT",
	"IN FLIGHT",
	"SESSIONS",
	"LOGINS",
	"LATENCY",
	"EVIDENCE",
];
const NUMBERS: ReadonlySet<string> = new Set(["WEIGHT", "IN FLIGHT", "SESSIONS", "LOGINS", "LATENCY"]);

export function statusTable(status: StatusReport, coloured: boolean): string {
	const rows = new Map(status.services.map((service) => [service, memberRows(service, Date.parse(status.time))]));
	const headings = HEADINGS.map((text) => cell(text, "bold", NUMBERS.has(text)));
	const all = [headings, ...[...rows.values()].flat()];
	// A column that says nothing is left out, for all services alike.
	const shown = headings.map((_, column) => all.slice(1).some((row) => (row[column]?.text ?? "") !== ""));
	const widths = headings.map((_, column) => Math.max(...all.map((row) => row[column]?.text.length ?? 0)));
	const line = (row: readonly Cell[]): string =>
		row
			.map(({ text, colour, right }, column) =>
				painted(right === true ? text.padStart(widths[column] ?? 0) : text.padEnd(widths[column] ?? 0), colour, coloured),
			)
			.filter((_, column) => shown[column])
			.join("  ")
			.trimEnd();
	const services = [...rows].flatMap(([service, members]) => ["", serviceLine(service, coloured), line(headings), ...members.map(line)]);
	return `${[headLine(status, coloured), ...services, ...leakLines(status.leaks, coloured)].join("\n")}\n`;
}

const MOST_LEAKS = 10;

/** Internal addresses that left for clients, each with its fix. */
function leakLines(leaks: readonly LeakReport[], coloured: boolean): string[] {
	if (leaks.length === 0) return [];
	const lines = leaks
		.slice(0, MOST_LEAKS)
		.flatMap(({ route, field, url, count: times, fix }) => [
			`${route}  ${field ?? "body"}: ${url}  ${count(times, "response")}`,
			`  fix: ${fix}`,
		]);
	const more = leaks.length > MOST_LEAKS ? [`and ${leaks.length - MOST_LEAKS} more: see --json`] : [];
	return ["", painted("Internal addresses in responses to clients:", "yellow", coloured), ...lines, ...more];
}

function headLine(status: StatusReport, coloured: boolean): string {
	const { configured, listening } = status.workers;
	const state = status.ready ? painted("ready", "green", coloured) : painted(unready(status), "red", coloured);
	const workers = listening === configured ? count(configured, "worker") : `${listening} of ${count(configured, "worker")}`;
	return `${status.public}  ${state}  ${workers}  ${count(status.connections, "connection")}  ${status.time.slice(11, 19)} UTC`;
}

function unready({ draining, memory }: StatusReport): string {
	if (draining) return "draining";
	return turnsAway(memory.level) ? `short of memory (${memory.level})` : "not ready";
}

function serviceLine({ name, product, maintenance, pools }: ServiceReport, coloured: boolean): string {
	const parts = pools.map(
		({ name: pool, members, eligible, waiting }) =>
			`${pool.slice(name.length + 1)} ${eligible} of ${members}${waiting > 0 ? `, ${count(waiting, "request")} waiting` : ""}`,
	);
	const state = maintenance ? `${painted("maintenance", "yellow", coloured)}, ` : "";
	return `${name} (${product}), ${state}eligible: ${parts.join(", ")}`;
}

function memberRows({ nodes }: ServiceReport, now: number): Cell[][] {
	return nodes.flatMap((node) => node.members.map((member) => memberRow(node, member, now)));
}

function memberRow({ zone, roles }: NodeReport, member: MemberReport, now: number): Cell[] {
	const { health, adminState, latencyMs, evidence, selfDraining } = member;
	return [
		cell(member.name),
		cell(member.address),
		cell(zone ?? ""),
		cell(roles.includes("all") ? "" : roles.join(", ")),
		cell(health, health === "up" ? "green" : health === "down" ? "red" : "yellow"),
		cell(stateText(member, now), adminState === "enabled" && !selfDraining ? "green" : "yellow"),
		cell(String(member.weight), "none", true),
		cell(String(member.inFlight), "none", true),
		cell(member.sessions === 0 ? "" : String(member.sessions), "none", true),
		cell(member.flows === 0 ? "" : String(member.flows), "none", true),
		cell(latencyMs === null ? "-" : `${latencyMs < 10 ? latencyMs.toFixed(1) : Math.round(latencyMs)} ms`, "none", true),
		cell(evidence ?? ""),
	];
}

function stateText({ adminState, drain, selfDraining, standby }: MemberReport, now: number): string {
	if (drain !== null) return `draining, ${drain.empty ? "empty" : drainText(drain, now)}`;
	if (selfDraining && adminState === "enabled") return "draining (by its health checks)";
	return standby ? `${adminState}, standby` : adminState;
}

/** How it drains, and how long it has. @param now milliseconds since the epoch */
export function drainText({ mode, deadline, overdue }: DrainReport, now: number): string {
	if (overdue) return "deadline passed";
	return deadline === null ? mode : `${mode}, ${timeText(Date.parse(deadline) - now)} left`;
}

/** The work that a draining node or member still has; `--wait` waits for it. */
export function progressText({ inFlight, sessions, flows, counted, empty, quietForMs, quietMs, mode }: DrainReport): string {
	const parts = [`${count(inFlight, "request")} in flight`];
	if (mode === "soft" || sessions + flows > 0)
		parts.push(`${count(sessions, "session")} with affinity`, `${count(flows, "login")} in progress`);
	const isUncertain = !counted && mode === "soft" && !empty;
	const quiet = `no request for ${timeText(quietForMs)} (empty after ${timeText(quietMs)}, because older sessions may exist)`;
	return isUncertain ? `${parts.join(", ")}; ${quiet}` : parts.join(", ");
}

/** `45s`, `4m 10s`, `2h 5m`. */
function timeText(ms: number): string {
	const seconds = Math.max(0, Math.round(ms / 1000));
	if (seconds < 60) return `${seconds}s`;
	const minutes = Math.floor(seconds / 60);
	if (minutes < 60) return seconds % 60 === 0 ? `${minutes}m` : `${minutes}m ${seconds % 60}s`;
	return minutes % 60 === 0 ? `${minutes / 60}h` : `${Math.floor(minutes / 60)}h ${minutes % 60}m`;
}

function cell(text: string, colour: Colour = "none", right = false): Cell {
	return { text, colour, right };
}

function painted(text: string, colour: Colour, coloured: boolean): string {
	return coloured && colour !== "none" ? `\x1b[${CODES[colour]}m${text}\x1b[0m` : text;
}

function count(number: number, word: string): string {
	return `${number} ${word}${number === 1 ? "" : "s"}`;
}
