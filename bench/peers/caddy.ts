/**
 * Caddy, one process with one thread for Go code at a time. Its log is JSON: the combined format needs a
 * module that Debian does not have. Each line is written by itself.
 */

import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { PROXY_CORE, startDaemon } from "../children.ts";
import { PUBLIC_ORIGIN, routeNames } from "../scene.ts";
import { type Peer, plainRouting, type Scene } from "./peer.ts";
import { commandVersion, missingCommand } from "./versions.ts";

export const caddy: Peer = {
	name: "caddy",
	jit: false,
	abilities: ["manyRoutes"],
	missing: () => missingCommand("caddy"),
	describe: () => `Caddy ${commandVersion("caddy", ["version"], /v?\d\S+/)}`,
	start(scene) {
		const { dir } = scene;
		const file = join(dir, "Caddyfile");
		const log = join(dir, "access.log");
		writeFileSync(file, config(scene, log));
		const env = { GOMAXPROCS: "1", HOME: dir, XDG_DATA_HOME: dir, XDG_CONFIG_HOME: dir };
		execFileSync("caddy", ["validate", "--config", file, "--adapter", "caddyfile"], { stdio: "pipe", env: { ...process.env, ...env } });
		const command = ["caddy", "run", "--config", file, "--adapter", "caddyfile"];
		return { daemons: [startDaemon(command, join(dir, "output.txt"), { core: PROXY_CORE, env })], logs: [log] };
	},
};

/** X-Forwarded-For, -Proto and -Host it sets by itself, and believes none of a client's. */
function config(scene: Scene, log: string): string {
	const { originPort, port, tlsPort, certificate } = scene;
	return `{
	admin off
	auto_https off
	default_bind 127.0.0.1
	log {
		level ERROR
	}
	servers {
		protocols h1
	}
}
(proxy) {
	log {
		output file ${log} {
			roll_disabled
		}
		format json
	}
	@known path ${routeNames(plainRouting(scene))
		.map((name) => `/is-${name} /is-${name}/*`)
		.join(" ")}
	handle @known {
		uri replace /is- / 1
		reverse_proxy 127.0.0.1:${originPort} {
			header_down Location ^http://127\\.0\\.0\\.1:${originPort}/(.*)$ ${PUBLIC_ORIGIN}/is-$1
			transport http {
				keepalive 1h
				keepalive_idle_conns_per_host 256
				compression off
			}
		}
	}
	handle {
		respond 404
	}
}
http://:${port} {
	import proxy
}
https://:${tlsPort} {
	tls ${certificate.cert} ${certificate.key}
	import proxy
}
`;
}
