/** Which listeners serve which host: a host that names the port of a listener is served there alone. Pure. */
import type { HostBinding } from "../plan/service.ts";
import { allHosts, parseListenAddress, publicOrigin } from "./hosts.ts";
import type { Config, ListenerConfig } from "./schema.ts";

/** The ones that serve, not only redirect. */
export function servingListeners(config: Config): ListenerConfig[] {
	return config.listeners.filter(({ redirectTo }) => redirectTo === undefined);
}

/** Whether this is what a service calls the listener: its name or its address. */
export function isCalled({ name, address }: ListenerConfig, written: string): boolean {
	return written === name || written === address;
}

/**
 * Hosts of a service that only some listeners serve. `listeners` of the service decides, if it is there; otherwise the port of the host, if a
 * listener has it. Behind a load balancer or a redirected port the ports of hosts are none of Portico's: all listeners serve those hosts,
 * except listeners that other services have for themselves.
 */
export function hostBindings(config: Config, name: string, hosts: readonly string[]): HostBinding[] {
	const service = config.services[name];
	const serving = servingListeners(config);
	if (service === undefined) return [];
	const { listeners: written } = service;
	return hosts.flatMap((host) => {
		const chosen =
			written === undefined ? byPort(config, name, host) : serving.filter((each) => written.some((text) => isCalled(each, text)));
		if (chosen.length === 0 || chosen.length === serving.length) return [];
		return [{ host, listeners: [...new Set(chosen.map(({ address }) => address))] }];
	});
}

function byPort(config: Config, name: string, host: string): ListenerConfig[] {
	const serving = servingListeners(config);
	const named = serving.filter((listener) => namesPort(host, listener));
	if (named.length > 0) return named;
	return serving.filter((listener) => {
		const claims = claimants(config, listener);
		return claims.length === 0 || claims.includes(name);
	});
}

/** Services that have the listener for themselves. The one with the public port is everyone's. */
function claimants(config: Config, listener: ListenerConfig): string[] {
	const port = parseListenAddress(listener.address)?.port;
	if (port === publicPort(config)) return [];
	return Object.entries(config.services).flatMap(([name, service]) => {
		const { listeners } = service;
		if (listeners !== undefined) return listeners.some((text) => isCalled(listener, text)) ? [name] : [];
		return allHosts(config, name, service).some((host) => namesPort(host, listener)) ? [name] : [];
	});
}

/** A host without a port names none: behind a redirected port it is everywhere. */
function namesPort(host: string, { address }: ListenerConfig): boolean {
	const port = /:(\d+)$/.exec(host)?.[1];
	return port !== undefined && Number(port) === parseListenAddress(address)?.port;
}

function publicPort(config: Config): number {
	const origin = publicOrigin(config);
	return Number(/:(\d+)$/.exec(origin?.authority ?? "")?.[1] ?? (origin?.scheme === "http" ? 80 : 443));
}
