import { accessSync, constants } from "node:fs";

/** Begins the reason of a skip for want of a peer: scripts/test.ts counts those. */
export const PEER_MISSING = "peer missing:";

/** Programs that are not ours, and where Debian's packages put them. */
const PEERS = {
	apache: "/usr/sbin/apache2",
	chromium: "/usr/bin/chromium-headless-shell",
	curl: "/usr/bin/curl",
	fish: "/usr/bin/fish",
	h2load: "/usr/bin/h2load",
	haproxy: "/usr/sbin/haproxy",
	nghttp: "/usr/bin/nghttp",
	nginx: "/usr/sbin/nginx",
	openssl: "/usr/bin/openssl",
	tomcat: "/usr/share/tomcat10/bin/catalina.sh",
	zsh: "/usr/bin/zsh",
} as const;

export type PeerName = keyof typeof PEERS;

export interface Peer {
	/** Its program, whether it is there or not. */
	readonly path: string;
	/** For the options of a test: why it has to be skipped, or false. */
	readonly skip: string | false;
}

/**
 * Asks for a program that a test needs: `test("…", { skip: peer("apache").skip }, …)`. A missing one skips the test, loudly; with
 * PEERS=required the run fails.
 */
export function peer(name: PeerName): Peer {
	const path = PEERS[name];
	try {
		accessSync(path, constants.X_OK);
		return { path, skip: false };
	} catch {
		return { path, skip: `${PEER_MISSING} ${name} (${path}); scripts/setup-peers installs it` };
	}
}
