/** The TLS handshake with a target, and the certificate that it presented. Never rejects. */
import type { X509Certificate } from "node:crypto";
import type { TLSSocket } from "node:tls";
import { plain } from "./plainText.ts";
import { type NoResponse, open } from "./request.ts";
import type { Target } from "./target.ts";

export interface Handshake {
	readonly kind: "handshake";
	/** For evidence. */
	readonly request: string;
	/** `TLSv1.3`. */
	readonly protocol: string;
	readonly leaf: X509Certificate;
	/** Why the certificate is not trusted: `CERT_HAS_EXPIRED`, `ERR_TLS_CERT_ALTNAME_INVALID`; null: it is. */
	readonly problem: string | null;
	/** It is the pinned one, or none is pinned. */
	readonly pinned: boolean;
}

/** A plain target: only the connection. */
export interface Connected {
	readonly kind: "connected";
	readonly request: string;
}

export type Contact = Handshake | Connected | NoResponse;

/** The handshake as evidence shows it. */
export function handshakeLabel({ origin, tls }: Target): string {
	return `${tls === null ? "connect to" : "TLS handshake with"} ${origin}`;
}

/** @param timeout in milliseconds */
export function handshake(target: Target, timeout: number): Promise<Contact> {
	const { promise, resolve } = Promise.withResolvers<Contact>();
	const request = handshakeLabel(target);
	let stage: NoResponse["failed"] = "connect";
	const timer = setTimeout(() => failed(`nothing within ${timeout} ms`, true), timeout);
	const socket = open(target, {
		onStage: (next) => {
			stage = next;
		},
		onReady: () => finish(target.tls === null ? { kind: "connected", request } : handshakeOf(socket as TLSSocket, target, request)),
		onFailed: (reason) => failed(reason),
	});
	function finish(contact: Contact): void {
		clearTimeout(timer);
		resolve(contact);
		socket.destroy();
	}
	function failed(reason: string, timedOut = false): void {
		finish({ kind: "noResponse", request, failed: stage, reason: plain(reason, 80), timedOut });
	}
	return promise;
}

function handshakeOf(socket: TLSSocket, target: Target, request: string): Contact {
	const leaf = socket.getPeerX509Certificate();
	if (leaf === undefined) return { kind: "noResponse", request, failed: "tls", reason: "no certificate was shown", timedOut: false };
	const { authorizationError } = socket;
	const problem = socket.authorized ? null : plain(String(authorizationError ?? "not trusted"), 80);
	return { kind: "handshake", request, protocol: socket.getProtocol() ?? "", leaf, problem, pinned: target.accepts(socket) };
}
