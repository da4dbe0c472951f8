/** `ciphers` of a listener: names of OpenSSL, TLS 1.2 and 1.3 in one list. */
import { getCiphers } from "node:tls";
import { z } from "zod";
import { quote } from "./problem.ts";
import type { ProblemReport } from "./problemReport.ts";
import type { ConfigPath } from "./source.ts";
import { nearest } from "./suggest.ts";

const cipherName = z.string().min(1).meta({ title: "cipher" });

export const ciphers = z
	.array(cipherName, {
		error: (issue) =>
			typeof issue.input === "string" ? "a list of ciphers is expected\n[TLS_AES_128_GCM_SHA256, ECDHE-RSA-AES128-GCM-SHA256]" : undefined,
	})
	.min(1)
	.optional()
	.describe(
		"Ciphers by their OpenSSL names: of TLS 1.3 (`TLS_AES_256_GCM_SHA384`) and of TLS 1.2 (`ECDHE-RSA-AES256-GCM-SHA384`). A version without a cipher in the list is off. The client chooses among them. Default: Mozilla's intermediate list.",
	);

interface TlsConfig {
	readonly ciphers?: readonly string[] | undefined;
	readonly minVersion: "TLSv1.2" | "TLSv1.3";
}

/** Unknown names are problems; what is weak, or can never be agreed on, is a warning. */
export function checkCiphers({ ciphers: list, minVersion }: TlsConfig, path: ConfigPath, report: ProblemReport): void {
	if (list === undefined) return;
	const known = getCiphers().map((name) => name.toUpperCase());
	let areKnown = true;
	const seen = new Set<string>();
	list.forEach((name, index) => {
		const at: ConfigPath = [...path, "ciphers", index];
		if (!known.includes(name)) {
			areKnown = false;
			report.problem(at, `there is no cipher ${quote(name)}`, hintFor(name, known));
		} else if (seen.has(name)) report.problem(at, `${quote(name)} is listed twice`, "keep one of them");
		else {
			const weakness = weaknessOf(name);
			if (weakness !== null) report.warning(at, `${quote(name)} ${weakness[0]}`, weakness[1]);
		}
		seen.add(name);
	});
	if (!areKnown) return;
	const [new13, old12] = [list.some(isOf13), list.some((name) => !isOf13(name))];
	if (minVersion === "TLSv1.3" && !new13)
		report.problem([...path, "ciphers"], "none of these ciphers is one of TLS 1.3, the only version allowed", "add TLS_AES_128_GCM_SHA256");
	else if (!new13) report.warning([...path, "ciphers"], "TLS 1.3 is off: none of its ciphers is listed", "add TLS_AES_128_GCM_SHA256");
	if (minVersion === "TLSv1.2" && !old12)
		report.warning([...path, "ciphers"], "TLS 1.2 is off: none of its ciphers is listed", "add one, or write `minVersion: TLSv1.3`");
}

/** Names of TLS 1.3's begin so, and no others of OpenSSL do. */
function isOf13(name: string): boolean {
	return name.startsWith("TLS_");
}

function hintFor(name: string, known: readonly string[]): string {
	const upper = name.toUpperCase();
	if (known.includes(upper)) return `write ${upper}`;
	const own = fromIana(upper);
	if (known.includes(own)) return `OpenSSL calls it ${own}`;
	if (/[!+@:]|^-|^(?:HIGH|MEDIUM|LOW|ALL|DEFAULT|COMPLEMENTOF\w+|[AEK]?(?:ECDH|RSA|DH)E?|AES\w*|CHACHA20)$/.test(upper))
		return "list single ciphers, not a rule of OpenSSL: `openssl ciphers -s 'RULE'` prints them";
	const meant = nearest(name, known);
	return meant === undefined ? "`openssl ciphers` lists them" : `did you mean ${quote(meant)}?`;
}

/** `TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256` is ECDHE-RSA-AES128-GCM-SHA256. */
function fromIana(name: string): string {
	return name
		.replace(/^TLS_/, "")
		.replace(/^RSA_WITH_/, "")
		.replace("_WITH_", "_")
		.replace(/AES_(\d+)/, "AES$1")
		.replace(/_CBC_SHA/, "_SHA")
		.replace(/CHACHA20_POLY1305_SHA256$/, "CHACHA20_POLY1305")
		.replaceAll("_", "-");
}

function weaknessOf(name: string): readonly [problem: string, hint: string] | null {
	if (/PSK|SRP/.test(name)) return ["is never agreed on: Portico shares no key with clients", "leave it out"];
	if (name.startsWith("DHE-"))
		return ["is never agreed on: Portico offers no finite-field Diffie-Hellman", "use the one that begins with ECDHE"];
	if (name.endsWith("CCM_8_SHA256")) return ["is weak: its tag has 8 bytes only", "use TLS_AES_128_GCM_SHA256"];
	if (isOf13(name)) return null;
	if (!name.startsWith("ECDHE-"))
		return ["is weak: whoever gets the key of the certificate reads what was recorded before", "use the one that begins with ECDHE"];
	if (!/GCM|CCM|CHACHA20/.test(name)) return ["is weak: CBC has been attacked again and again", "use one with GCM or CHACHA20"];
	return null;
}
