/**
 * Machines of a play's own: network namespaces on a switch, with this machine on it too, so that a cable can be cut without touching anybody else's traffic.
 * Linux as root, with iproute2 and nftables. A namespace lives as long as its process, so nothing is left behind whatever ends the test.
 */
import { execFile, execFileSync } from "node:child_process";
import { networkInterfaces } from "node:os";
import { promisify } from "node:util";
import { startProgram } from "./child.ts";
import type { Scope } from "./deadline.ts";
import { PEER_MISSING } from "./peers.ts";

const execute = promisify(execFile);

/** Swallows all but loopback, both ways: no reset, no ICMP. */
const DARKNESS = `table inet dark {
	chain in { type filter hook input priority 0; iif lo accept; drop; }
	chain out { type filter hook output priority 0; oif lo accept; drop; }
}`;

/** For the options of a test: why there are no namespaces here, or false. Asked once a file. */
export const namespaceSkip: string | false = reasonToSkip();

function reasonToSkip(): string | false {
	try {
		execFileSync("unshare", ["--net", "sh", "-c", "ip link set lo up && nft list ruleset"], { stdio: "pipe" });
		return false;
	} catch (error) {
		const [line = ""] = (error instanceof Error ? error.message : String(error)).split("\n").slice(-2);
		return `${PEER_MISSING} network namespaces (Linux, root, iproute2, nftables; scripts/setup-peers installs the programs): ${line}`;
	}
}

/** One machine. Lifetime: its scope. */
export class NetworkHost {
	/** IPv4; reachable from here and from its neighbours. */
	readonly address: string;
	/** Of the process that keeps it alive. */
	readonly pid: number;

	constructor(address: string, pid: number) {
		this.address = address;
		this.pid = pid;
	}

	/** The command line that runs a program on it. */
	command(file: string, args: readonly string[]): [file: string, args: string[]] {
		return ["nsenter", ["--target", String(this.pid), "--net", "--", file, ...args]];
	}

	async run(file: string, ...args: readonly string[]): Promise<void> {
		await execute(...this.command(file, args));
	}

	/** From now on its packets are swallowed, in and out, and nobody is told. */
	async goDark(): Promise<void> {
		await this.run("nft", DARKNESS);
	}

	/** The end of {@link goDark}. */
	async comeBack(): Promise<void> {
		await this.run("nft", "delete table inet dark");
	}
}

/** So many machines on one switch, which this machine is on too. */
export async function openNetwork(scope: Scope, count: number): Promise<NetworkHost[]> {
	const hub = await openHost(scope, "");
	const subnet = freeSubnet(hub.pid);
	await hub.run("ip", "link", "add", "switch", "type", "bridge");
	await hub.run("ip", "link", "set", "switch", "up");
	const ours = `ptc${hub.pid}`;
	await execute("ip", ["link", "add", ours, "type", "veth", "peer", "name", "ours", "netns", String(hub.pid)]);
	await execute("ip", ["address", "add", `${subnet}.1/24`, "dev", ours]);
	await execute("ip", ["link", "set", ours, "up"]);
	await hub.run("ip", "link", "set", "ours", "master", "switch", "up");
	return Promise.all(Array.from({ length: count }, (_, index) => plugIn(scope, hub, `${subnet}.${index + 2}`)));
}

/** A namespace with nothing in it but the process that keeps it alive. */
async function openHost(scope: Scope, address: string): Promise<NetworkHost> {
	const child = startProgram(scope, "unshare", ["--net", "sh", "-c", "echo here; exec sleep infinity"]);
	await child.until(() => (child.stdout.includes("here") ? true : undefined), "a network namespace");
	return new NetworkHost(address, child.pid);
}

async function plugIn(scope: Scope, hub: NetworkHost, address: string): Promise<NetworkHost> {
	const host = await openHost(scope, address);
	const port = `port${host.pid}`;
	await hub.run("ip", "link", "add", port, "type", "veth", "peer", "name", "eth0", "netns", String(host.pid));
	await hub.run("ip", "link", "set", port, "master", "switch", "up");
	await host.run("ip", "link", "set", "lo", "up");
	await host.run("ip", "address", "add", `${address}/24`, "dev", "eth0");
	await host.run("ip", "link", "set", "eth0", "up");
	return host;
}

/** `198.18.44`: of the addresses that are set aside for tests of networks (RFC 2544). */
function freeSubnet(wish: number): string {
	const addresses = Object.values(networkInterfaces()).flatMap((each) => each ?? []);
	const taken = new Set(addresses.map(({ address }) => address.slice(0, address.lastIndexOf("."))));
	const all = Array.from({ length: 256 }, (_, at) => `198.18.${(wish + at) % 256}`);
	const free = all.find((subnet) => !taken.has(subnet));
	if (free === undefined) throw new Error("all test networks are taken");
	return free;
}
