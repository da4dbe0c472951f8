/** Checks of the TLS rows: every proxy and every load tool speak the same version, cipher suite and group. */

import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { LOAD_CORE, runTool } from "../children.ts";
import { type Certificate, freePort, PUBLIC_HOST } from "../scene.ts";
import { TLS_CIPHER, TLS_ENVIRONMENT, TLS_GROUP, TLS_VERSION } from "./tlsSettings.ts";

/** Throws unless the server at this port and `openssl` agree on exactly this version, suite and group. */
export async function assertTls(port: number): Promise<void> {
	const client = ["openssl", "s_client", "-brief", "-connect", `127.0.0.1:${port}`, "-servername", PUBLIC_HOST];
	// s_client reports on standard error and exits with 1 where the server closes first; the report is what
	// counts.
	const report = await runTool(["sh", "-c", '"$@" </dev/null 2>&1 || true', "sh", ...client], LOAD_CORE, 10_000, TLS_ENVIRONMENT);
	const value = (label: string): string => new RegExp(`^${label}: (\\S+?),?(?:\\s|$)`, "m").exec(report)?.[1] ?? "none";
	const found = [value("Protocol version"), value("Ciphersuite"), value("Server Temp Key")].join(" ");
	const wanted = [TLS_VERSION, TLS_CIPHER, TLS_GROUP].join(" ");
	if (found !== wanted) throw new Error(`TLS is ${found}, not ${wanted}: ${report.trim().slice(-200)}`);
}

/**
 * Throws unless wrk offers this suite alone. wrk does not say what it negotiated, and one that is linked to
 * another TLS library would ignore the settings; so a server that prefers the other suites looks at what
 * comes.
 */
export async function assertWrkOffer(certificate: Certificate): Promise<void> {
	const found = new Set<string>();
	const server = createServer(
		{
			cert: readFileSync(certificate.cert),
			key: readFileSync(certificate.key),
			honorCipherOrder: true,
			ciphers: `TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:${TLS_CIPHER}:ECDHE-ECDSA-AES256-GCM-SHA384`,
		},
		(_request, response) => response.end(),
	);
	server.on("secureConnection", (socket) => found.add(`${socket.getProtocol()} ${socket.getCipher().name}`));
	const port = await freePort();
	await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
	try {
		const command = ["wrk", "-t", "1", "-c", "1", "-d", "1s", `https://127.0.0.1:${port}/`];
		await runTool(command, LOAD_CORE, 10_000, TLS_ENVIRONMENT);
	} finally {
		server.closeAllConnections();
		server.close();
	}
	const wanted = `${TLS_VERSION} ${TLS_CIPHER}`;
	if (found.size !== 1 || !found.has(wanted)) throw new Error(`wrk's TLS is ${[...found].join(", ") || "none"}, not ${wanted}`);
}
