/** Where requests go: the members of the plan, and the public endpoint. */

import { type ConnectionOptions, getCACertificates } from "node:tls";
import { normalizeAddress } from "../http/cidr.ts";
import type { ListenerPlan } from "../plan/listener.ts";
import type { MemberPlan } from "../plan/member.ts";
import { NodeClientTls } from "../transport/node/clientTls.ts";

export interface Target {
	/** For evidence: `https://10.0.0.11:9443`. */
	readonly origin: string;
	readonly host: string;
	readonly port: number;
	/** With `rejectUnauthorized: false`: the checks judge the certificate and need its problem. Null: plain. */
	readonly tls: ConnectionOptions | null;
	/** Whether the certificate is the pinned one, where one is pinned. */
	readonly accepts: NodeClientTls["accepts"];
}

export function memberTarget({ host, port, tls }: MemberPlan): Target {
	const memberTls = tls === null ? null : new NodeClientTls({ ...tls, protocols: ["http/1.1"] });
	return {
		origin: originText(tls !== null, host, port),
		host,
		port,
		tls: memberTls === null ? null : { ...memberTls.options(), rejectUnauthorized: false },
		accepts: (socket) => memberTls?.accepts(socket) ?? true,
	};
}

/** What listens on all addresses is reached over loopback. */
const EVERYWHERE: ReadonlyMap<string, string> = new Map([
	["0.0.0.0", "127.0.0.1"],
	["::", "::1"],
	["", "127.0.0.1"],
]);

export function listenerAddress({ host, port }: ListenerPlan): { readonly host: string; readonly port: number } {
	return { host: EVERYWHERE.get(host) ?? host, port };
}

/**
 * The public endpoint, as a client of `authority` sees it.
 *
 * @param cas PEM: CAs that clients trust in addition to the system's
 */
export function frontTarget(
	scheme: "http" | "https",
	authority: string,
	address: { readonly host: string; readonly port: number },
	cas: readonly string[],
): Target {
	const name = authority.replace(/:\d+$/, "");
	const isName = normalizeAddress(name.replace(/^\[|\]$/g, "")) === null;
	return {
		origin: `${scheme}://${authority}`,
		...address,
		tls:
			scheme === "http"
				? null
				: {
						...(isName ? { servername: name } : {}),
						rejectUnauthorized: false,
						ALPNProtocols: ["http/1.1"],
						...(cas.length === 0 ? {} : { ca: [...getCACertificates(), ...cas] }),
					},
		accepts: () => true,
	};
}

function originText(secure: boolean, host: string, port: number): string {
	return `${secure ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`;
}
