import { createHash } from "node:crypto";
import { type ConnectionOptions, createSecureContext, type SecureContext, type TLSSocket } from "node:tls";
import type { MemberTlsPlan } from "../plan/member.ts";

/** TLS towards one member: built once, shared by all its connections; remembers the last session so that a reconnect resumes it. */
export class MemberTls {
	readonly #plan: MemberTlsPlan;
	readonly #context: SecureContext;
	#session: Buffer | undefined;

	constructor(plan: MemberTlsPlan) {
		this.#plan = plan;
		this.#context = createSecureContext({ minVersion: "TLSv1.2", ...(plan.ca === null ? {} : { ca: plan.ca }) });
	}

	options(): ConnectionOptions {
		const { ca, serverName, verify, pinnedSha256 } = this.#plan;
		// With a CA of one's own, which names a node's certificate bears matters little (WSO2 ships `localhost`). With the system's roots anyone
		// can have a certificate, so the address is checked where there is no name.
		const anyName = serverName === null && ca !== null;
		return {
			secureContext: this.#context,
			rejectUnauthorized: verify && pinnedSha256 === null,
			ALPNProtocols: ["http/1.1"],
			...(anyName ? { checkServerIdentity: () => undefined } : {}),
			...(serverName === null ? {} : { servername: serverName }),
			...(this.#session === undefined ? {} : { session: this.#session }),
		};
	}

	/** The certificate is the pinned one. A resumed session was made with a certificate that passed. */
	accepts(socket: TLSSocket): boolean {
		const pinned = this.#plan.pinnedSha256;
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
