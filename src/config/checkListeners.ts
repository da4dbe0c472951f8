/** Listeners: their addresses, and whether together they serve the public origin. */
import { checkCiphers } from "./ciphers.ts";
import { isCalled, servingListeners } from "./hostBindings.ts";
import { hostOf, type ListenAddress, parseListenAddress, publicOrigin } from "./hosts.ts";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import type { Config } from "./schema.ts";
import type { ConfigPath } from "./source.ts";
import { nearest } from "./suggest.ts";

interface Placed extends ListenAddress {
	readonly path: ConfigPath;
}

export function checkListeners(config: Config, report: ProblemReport): void {
	const written: [string, ConfigPath][] = config.listeners.map(({ address }, index) => [address, ["listeners", index, "address"]]);
	if (config.admin !== undefined) written.push([config.admin.address, ["admin", "address"]]);
	const placed: Placed[] = [];
	for (const [text, path] of written) {
		const address = parseListenAddress(text);
		if (address === null) {
			report.problem(path, `${quote(text)} is not an address to listen on`, addressHint(text));
			continue;
		}
		const rival = placed.find((other) => collide(other, address));
		if (rival !== undefined)
			report.problem(
				path,
				`port ${address.port} is already in use by ${report.line(rival.path)}`,
				"give every listener its own address and port",
			);
		placed.push({ ...address, path });
	}
	for (const [index, { tls }] of config.listeners.entries()) {
		if (tls !== undefined) checkCiphers(tls, ["listeners", index, "tls"], report);
	}
	checkNames(config, report);
	checkProbes(config, report);
	checkTogether(config, report);
}

function checkNames(config: Config, report: ProblemReport): void {
	const seen = new Set<string>();
	config.listeners.forEach(({ name }, index) => {
		if (name === undefined) return;
		if (seen.has(name))
			report.problem(["listeners", index, "name"], `the name ${quote(name)} is already in use`, "give each listener its own name");
		seen.add(name);
	});
	const serving = servingListeners(config);
	const known = serving.flatMap(({ name = [], address }) => [name, address].flat());
	for (const [service, { listeners = [] }] of Object.entries(config.services)) {
		listeners.forEach((written, index) => {
			if (serving.some((each) => isCalled(each, written))) return;
			const path: ConfigPath = ["services", service, "listeners", index];
			if (config.listeners.some((each) => isCalled(each, written)))
				report.problem(path, `the listener ${quote(written)} only redirects`, "choose one that serves");
			else report.problem(path, `there is no listener ${quote(written)}`, `known are ${known.join(", ")}`);
		});
	}
}

function checkProbes(config: Config, report: ProblemReport): void {
	const names = Object.keys(config.services);
	config.listeners.forEach(({ probe }, index) => {
		probe?.services.forEach((name, at) => {
			if (names.includes(name)) return;
			const meant = nearest(name, names);
			const hint = meant === undefined ? undefined : `did you mean ${quote(meant)}?`;
			report.problem(["listeners", index, "probe", "services", at], `there is no service ${quote(name)}`, hint);
		});
	});
}

function addressHint(text: string): string {
	if (/^:\d+$/.test(text)) return `write 0.0.0.0${text} or [::]${text}`;
	if (/^\d+$/.test(text)) return `write 0.0.0.0:${text}`;
	if (/^[0-9A-Fa-f]*:[0-9A-Fa-f:]+$/.test(text)) return "put the IPv6 address in brackets: [::]:443";
	if (/^https?:/.test(text)) return "write host:port without a scheme; `tls` enables TLS";
	return "write host:port, such as 0.0.0.0:443 or [::]:443; ports go up to 65535";
}

/** Same port, and the same address or one that stands for all of its family. */
function collide(a: ListenAddress, b: ListenAddress): boolean {
	if (a.port !== b.port || a.port === 0) return false;
	const isSameFamily = a.host.includes(":") === b.host.includes(":");
	return a.host === b.host || (isSameFamily && [a.host, b.host].some((host) => host === "0.0.0.0" || host === "::"));
}

function checkTogether(config: Config, report: ProblemReport): void {
	const scheme = publicOrigin(config)?.scheme;
	config.listeners.forEach((listener, index) => {
		const path: ConfigPath = ["listeners", index];
		if (listener.redirectTo === "https" && scheme === "http") {
			report.problem([...path, "redirectTo"], "there is no https origin to redirect to", "`public` is an http origin");
		}
		if (listener.redirectTo === undefined && listener.redirectExcept.length > 0)
			report.problem([...path, "redirectExcept"], "`redirectExcept` has no meaning without `redirectTo`", "remove it", "key");
		if (listener.proxyProtocol && config.trustedProxies.length === 0) {
			report.problem(
				[...path, "proxyProtocol"],
				"no address may send the PROXY protocol header",
				"list the load balancers in front of Portico in `trustedProxies`",
			);
		}
		const isPlain = listener.tls === undefined && listener.redirectTo === undefined;
		if (isPlain && scheme === "https" && config.trustedProxies.length === 0) {
			report.warning(
				[...path, "address"],
				"this listener serves plain http although the public origin is https",
				"add `tls` or `redirectTo: https`; if a load balancer in front terminates TLS, list it in `trustedProxies`",
			);
		}
	});
	if (config.listeners.every(({ redirectTo }) => redirectTo !== undefined)) {
		report.problem(["listeners"], "every listener only redirects; none serves the public origin", "add one with `tls`", "key");
	} else checkPublicPort(config, report);
}

/** Behind a load balancer the port of `public` is that one's. Port 0 is any. */
function checkPublicPort(config: Config, report: ProblemReport): void {
	const origin = publicOrigin(config);
	if (origin === null || config.trustedProxies.length > 0) return;
	const port = Number(/:(\d+)$/.exec(origin.authority)?.[1] ?? (origin.scheme === "https" ? 443 : 80));
	// A listener of the other scheme has a warning of its own.
	const serving = config.listeners.filter(
		({ redirectTo, tls }) => redirectTo === undefined && (tls !== undefined) === (origin.scheme === "https"),
	);
	const ports = serving.map(({ address }) => parseListenAddress(address)?.port);
	if (ports.length === 0 || ports.some((each) => each === undefined || each === 0 || each === port)) return;
	report.warning(
		["public"],
		`no listener has port ${port}, which clients of ${quote(config.public)} connect to`,
		`listen on it, or write the port in \`public\`: ${origin.scheme}://${hostOf(origin.authority)}:${ports[0]}; list a load balancer in front in \`trustedProxies\``,
	);
}
