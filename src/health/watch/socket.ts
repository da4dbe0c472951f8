import { connect as connectPlain, type Socket } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";
import type { ErrorCode } from "../../errors.ts";
import type { MemberTlsPlan } from "../../plan/member.ts";
import { NodeClientTls } from "../../transport/node/clientTls.ts";
import { dialFailure } from "../../transport/node/dialFailure.ts";
import { connectFailure } from "../../upstream/connectFailure.ts";

/** Where a probe goes. */
export interface ProbeAddress {
	readonly host: string;
	readonly port: number;
	readonly tls: MemberTlsPlan | null;
}

/** The same, ready to be used again and again. */
export interface ProbeTarget {
	readonly host: string;
	readonly port: number;
	readonly tls: NodeClientTls | null;
}

export function targetOf({ host, port, tls }: ProbeAddress): ProbeTarget {
	return { host, port, tls: tls === null ? null : new NodeClientTls({ ...tls, protocols: ["http/1.1"] }) };
}

export interface SocketEvents {
	/** Connected, and where TLS is spoken the handshake is done and the certificate trusted. Comes at most once. */
	onReady(): void;
	/** Before `onReady`: why it did not come. After it: not told. Comes at most once. */
	onFailed(code: ErrorCode, cause: string): void;
}

/**
 * A connection of its own for one probe. No session is resumed: the certificate is looked at each time.
 *
 * @param plain connect only, also where the member speaks TLS
 */
export function openSocket(target: ProbeTarget, plain: boolean, events: SocketEvents): Socket {
	const { host, port } = target;
	let settled = false;
	const fail = (error: Error | null): void => {
		if (settled) return;
		settled = true;
		socket.destroy();
		const cause = (error as NodeJS.ErrnoException | null)?.code ?? error?.message ?? "closed before it was ready";
		events.onFailed(connectFailure(dialFailure(error, tls !== null)), cause);
	};
	const ready = (): void => {
		if (settled) return;
		settled = true;
		events.onReady();
	};
	const tls = plain ? null : target.tls;
	const socket = tls === null ? connectPlain({ host, port }) : connectTls({ host, port, ...tls.options() });
	socket.on("error", fail);
	socket.on("close", () => fail(null));
	if (tls === null) socket.on("connect", ready);
	else {
		socket.on("secureConnect", () => {
			if (tls.accepts(socket as TLSSocket)) return ready();
			fail(Object.assign(new Error("another certificate than the pinned one"), { code: "CERT_NOT_PINNED" }));
		});
	}
	return socket;
}
