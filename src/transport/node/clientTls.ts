import { createHash } from "node:crypto";
import { type ConnectionOptions, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import type { ClientTls } from "../../tls/clientTls.ts";

/**
 * {@link ClientTls} for `node:tls`, towards one address: built once, shared by all connections. Remembers the
 * last session, for resumption.
 */
export class NodeClientTls {
	readonly #options: ConnectionOptions;
	readonly #pinnedSha256: string | null;
	#session: Buffer | undefined;

	/** @throws Error if the CA cannot be used */
	constructor({ ca, serverName, verify, pinnedSha256, protocols }: ClientTls) {
		const secureContext: SecureContext = createSecureContext({ minVersion: "TLSv1.2", ...(ca === null ? {} : { ca }) });
		// With a CA of one's own, which names a node's certificate bears matters little (WSO2 ships
		// `localhost`). With the system's roots anyone can have a certificate, so the address is checked
		// where there is no name.
		const anyName = serverName === null && ca !== null;
		this.#pinnedSha256 = pinnedSha256;
		this.#options = {
			secureContext,
			rejectUnauthorized: verify && pinnedSha256 === null,
			ALPNProtocols: [...protocols],
			...(anyName ? { checkServerIdentity: () => undefined } : {}),
			...(serverName === null ? {} : { servername: serverName }),
		};
	}

	options(): ConnectionOptions {
		return this.#session === undefined ? this.#options : { ...this.#options, session: this.#session };
	}

	/**
	 * Whether the certificate is the pinned one, if one is pinned. A resumed session was made with a
	 * certificate that passed.
	 */
	accepts(socket: TLSSocket): boolean {
		const pinned = this.#pinnedSha256;
		if (pinned === null || socket.isSessionReused()) return true;
		const { raw } = socket.getPeerCertificate();
		return raw !== undefined && createHash("sha256").update(raw).digest("hex") === pinned;
	}

	remember(session: Buffer): void {
		this.#session = session;
	}

	/** After a failed handshake: the session may be what failed. */
	forget(): void {
		this.#session = undefined;
	}
}
