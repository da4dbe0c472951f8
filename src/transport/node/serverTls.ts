import { constants } from "node:crypto";
import { createSecureContext, createServer, type SecureContext, type Server, type TLSSocket } from "node:tls";
import type { ServerTls } from "../../tls/serverTls.ts";
import { type CertificateNames, chooseByName } from "../../tls/sni.ts";

/**
 * TLS over sockets that were accepted elsewhere: feed them with `emit("connection", socket)`. Never listens
 * itself.
 *
 * @throws Error if a certificate cannot be used (config checks them before)
 */
export function createTls(tls: ServerTls, onSecure: (socket: TLSSocket) => void): Server {
	const shared = {
		minVersion: tls.minVersion,
		ciphers: tls.ciphers,
		ecdhCurve: "X25519:prime256v1:secp384r1",
		// A client cannot make us renegotiate (a cheap way to burn our CPU); TLS 1.3 has no such thing.
		secureOptions: constants.SSL_OP_NO_RENEGOTIATION | constants.SSL_OP_NO_COMPRESSION,
	};
	const contexts: (CertificateNames & { context: SecureContext })[] = tls.certificates.map(({ cert, key, names }) => ({
		names,
		context: createSecureContext({ ...shared, cert, key }),
	}));
	const [first] = tls.certificates;
	return createServer(
		{
			...shared,
			...(first === undefined ? {} : { cert: first.cert, key: first.key }),
			ALPNProtocols: [...tls.protocols],
			handshakeTimeout: tls.handshakeTimeout,
			ticketKeys: tls.ticketKeys,
			// Every cipher of the list is good, so the client's order counts (Mozilla's advice): phones
			// without AES in hardware ask for ChaCha20.
			honorCipherOrder: false,
			SNICallback: (name, done) => done(null, chooseByName(contexts, name)?.context),
		},
		onSecure,
	);
}
