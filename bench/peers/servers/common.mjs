/** What both Node servers share: settings, a buffered combined access log, the mapping of a redirect. */

import { readFileSync } from "node:fs";
import SonicBoom from "sonic-boom";

export const settings = JSON.parse(process.argv[2] ?? "{}");
export const tls = { cert: readFileSync(settings.certificate.cert), key: readFileSync(settings.certificate.key) };

const log = new SonicBoom({ dest: settings.log, append: true, minLength: 65536, maxWrite: 131072, sync: false });
setInterval(() => log.flush(), 1000).unref();
for (const signal of ["SIGTERM", "SIGINT"]) process.once(signal, () => process.exit(0));

let second = 0;
let stamp = "";

function clfTime() {
	const now = Date.now();
	if (now - second >= 1000) {
		second = now - (now % 1000);
		const [, day, month, year, time] = /^\w+, (\d+) (\w+) (\d+) (\S+)/.exec(new Date(second).toUTCString()) ?? [];
		stamp = `${day}/${month}/${year}:${time} +0000`;
	}
	return stamp;
}

export function logAccess(request, url, status, bytes) {
	const { referer, "user-agent": agent } = request.headers;
	log.write(
		`${request.socket.remoteAddress} - - [${clfTime()}] "${request.method} ${url} HTTP/${request.httpVersion}" ${status} ${bytes} "${referer ?? "-"}" "${agent ?? "-"}"\n`,
	);
}

const originPrefix = `${settings.origin}/`;

export function mapLocation(location) {
	return location?.startsWith(originPrefix) ? `${settings.publicOrigin}/is-${location.slice(originPrefix.length)}` : location;
}
