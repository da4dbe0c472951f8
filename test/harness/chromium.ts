import { type Browser, chromium } from "playwright-core";
import type { Scope } from "./deadline.ts";
import { peer } from "./peers.ts";

/**
 * Launches Chromium, about 1 s: one for a whole test file, a new context for each test. It ends with its scope.
 * @param hosts public names that lead to 127.0.0.1, e.g. `sso.example.com` or `*.example.com`
 */
export async function startChromium(scope: Scope, hosts: readonly string[] = []): Promise<Browser> {
	const rules = hosts.map((host) => `MAP ${host} 127.0.0.1`).join(", ");
	const browser = await chromium.launch({
		executablePath: peer("chromium").path,
		// Its sandbox does not work for root.
		chromiumSandbox: false,
		// Without these it asks the Internet for things that no test waits for.
		args: [
			"--disable-background-networking",
			"--disable-component-update",
			"--disable-sync",
			"--disable-quic",
			"--no-first-run",
			...(rules === "" ? [] : [`--host-resolver-rules=${rules}`]),
		],
	});
	scope.after(() => browser.close());
	return browser;
}
