/** Certificates, keys and CA bundles: read and checked before anything depends on them. */

import { createPrivateKey, type KeyObject, X509Certificate } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { createSecureContext } from "node:tls";
import type { CertificatePlan } from "../plan/listener.ts";

/** One thing found about a file. `about` tells which of the two names it concerns. */
export interface Finding {
	readonly about: "cert" | "key";
	readonly severity: "problem" | "warning";
	readonly problem: string;
	readonly hint?: string;
}

export interface LoadedCertificate {
	readonly findings: readonly Finding[];
	/** Null if any finding is a problem. */
	readonly plan: CertificatePlan | null;
	readonly leaf: X509Certificate | null;
}

const DAY = 86_400_000;
const SOON = 14 * DAY;
const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g;

/** Reads a certificate and its key. `now` is milliseconds since the epoch. Never throws. */
export async function loadCertificate(
	directory: string,
	names: { readonly cert: string; readonly key: string },
	now: number,
): Promise<LoadedCertificate> {
	const findings: Finding[] = [];
	const cert = await readPem(directory, names.cert, "cert", findings);
	const key = await readPem(directory, names.key, "key", findings);
	if (key !== null) findings.push(...(await looseMode(resolve(directory, names.key))));
	const chain = cert === null ? [] : parseChain(cert, names, findings);
	const privateKey = key === null ? null : parseKey(key, findings);
	const [leaf = null] = chain;
	if (leaf !== null) findings.push(...validity(leaf, now), ...chainOrder(chain));
	if (leaf !== null && privateKey !== null && !leaf.checkPrivateKey(privateKey)) {
		findings.push({
			about: "key",
			severity: "problem",
			problem: "this key does not match the certificate",
			hint: fitHint(leaf, privateKey),
		});
	}
	if (leaf !== null && cert !== null && key !== null && !findings.some(({ severity }) => severity === "problem"))
		findings.push(...trial(cert, key));
	const isGood = leaf !== null && cert !== null && key !== null && !findings.some(({ severity }) => severity === "problem");
	return { findings, leaf, plan: isGood ? { cert, key, names: dnsNames(leaf), notAfter: leaf.validToDate.getTime() } : null };
}

/** Text of a CA bundle, or what is wrong with it. Never throws. */
export async function loadCa(
	directory: string,
	name: string,
	now: number,
): Promise<{ readonly text: string | null; readonly findings: readonly Finding[] }> {
	const findings: Finding[] = [];
	const text = await readPem(directory, name, "cert", findings);
	const chain = text === null ? [] : parseChain(text, { cert: name }, findings);
	const expired = chain.filter((certificate) => certificate.validToDate.getTime() < now);
	for (const certificate of expired) {
		findings.push({
			about: "cert",
			severity: "warning",
			problem: `this bundle contains an expired certificate (${oneLine(certificate.subject)}, ${day(certificate.validToDate)})`,
		});
	}
	return { text: findings.some(({ severity }) => severity === "problem") ? null : text, findings };
}

async function readPem(directory: string, name: string, about: Finding["about"], findings: Finding[]): Promise<string | null> {
	try {
		return await readFile(resolve(directory, name), "utf8");
	} catch (error) {
		findings.push({
			about,
			severity: "problem",
			problem: `the file cannot be read (${reasonOf(error)})`,
			hint: `the full path is ${resolve(directory, name)}`,
		});
		return null;
	}
}

/** Node's error codes in plain words. */
export function reasonOf(error: unknown): string {
	const code = error instanceof Error && "code" in error ? String(error.code) : "";
	const words: Readonly<Record<string, string>> = {
		ENOENT: "it does not exist",
		EACCES: "permission denied",
		EPERM: "permission denied",
		EISDIR: "it is a directory",
		ENOTDIR: "a part of its path is not a directory",
		ELOOP: "too many symbolic links",
		ENAMETOOLONG: "its name is too long",
		ERR_INVALID_ARG_VALUE: "its name is invalid",
	};
	return words[code] ?? (code || "unknown reason");
}

async function looseMode(file: string): Promise<Finding[]> {
	const { mode } = await stat(file).catch(() => ({ mode: 0 }));
	const others = (mode & 0o004) !== 0;
	return others
		? [{ about: "key", severity: "warning", problem: "every user of this machine can read this key", hint: `chmod o-rwx ${file}` }]
		: [];
}

function parseChain(text: string, names: { readonly cert: string }, findings: Finding[]): X509Certificate[] {
	const blocks = text.match(PEM_CERTIFICATE) ?? [];
	if (blocks.length === 0) {
		findings.push({
			about: "cert",
			severity: "problem",
			problem: "the file contains no certificate in PEM format",
			hint: pemHint(text, names.cert),
		});
	}
	return blocks.flatMap((block, index) => {
		try {
			return [new X509Certificate(block)];
		} catch {
			findings.push({ about: "cert", severity: "problem", problem: `certificate ${index + 1} of the file cannot be parsed` });
			return [];
		}
	});
}

function pemHint(text: string, name: string): string {
	if (/PRIVATE KEY-----/.test(text)) return "it contains a private key; are `cert` and `key` swapped?";
	return `a PEM file begins with -----BEGIN CERTIFICATE-----; to convert DER: openssl x509 -inform der -in ${name}`;
}

function parseKey(text: string, findings: Finding[]): KeyObject | null {
	if (/ENCRYPTED/.test(text)) {
		findings.push({
			about: "key",
			severity: "problem",
			problem: "this key is encrypted",
			hint: "Portico cannot prompt for a passphrase; decrypt the key: openssl pkey -in KEY -out PLAIN",
		});
		return null;
	}
	try {
		return createPrivateKey(text);
	} catch {
		const hint = /BEGIN CERTIFICATE/.test(text)
			? "it contains a certificate; are `cert` and `key` swapped?"
			: "a PEM file begins with -----BEGIN PRIVATE KEY-----";
		findings.push({ about: "key", severity: "problem", problem: "the file contains no private key in PEM format", hint });
		return null;
	}
}

function validity(leaf: X509Certificate, now: number): Finding[] {
	const [from, to] = [leaf.validFromDate, leaf.validToDate];
	if (now < from.getTime()) {
		return [
			{
				about: "cert",
				severity: "warning",
				problem: `this certificate is not valid before ${day(from)}`,
				hint: "is the clock of this machine right?",
			},
		];
	}
	if (now > to.getTime())
		return [{ about: "cert", severity: "warning", problem: `this certificate expired on ${day(to)}`, hint: "renew it" }];
	const days = Math.floor((to.getTime() - now) / DAY);
	if (to.getTime() - now < SOON)
		return [
			{ about: "cert", severity: "warning", problem: `this certificate expires on ${day(to)}, in ${days} ${days === 1 ? "day" : "days"}` },
		];
	return [];
}

function chainOrder(chain: readonly X509Certificate[]): Finding[] {
	const broken = chain.findIndex((certificate, index) => index > 0 && !(chain[index - 1]?.checkIssued(certificate) ?? true));
	if (broken === -1) return [];
	const problem = `certificate ${broken + 1} of the file did not sign the certificate before it`;
	return [{ about: "cert", severity: "warning", problem, hint: "put the server's certificate first, then its issuer, and so on" }];
}

function fitHint(leaf: X509Certificate, key: KeyObject): string {
	const kind = leaf.publicKey.asymmetricKeyType;
	const other = key.asymmetricKeyType;
	return kind === other
		? `the certificate is for ${oneLine(leaf.subject)}`
		: `the certificate is for an ${kind} key, but this is an ${other} key`;
}

/** What TLS itself says: key too small, signature too weak. */
function trial(cert: string, key: string): Finding[] {
	try {
		createSecureContext({ cert, key });
		return [];
	} catch (error) {
		const reason = error instanceof Error ? oneLine(error.message) : "unknown reason";
		return [{ about: "cert", severity: "problem", problem: `this certificate cannot be used for TLS (${reason})` }];
	}
}

/** DNS names of a certificate: subject alternative names, else the common name (RFC 6125 section 6.4.4). */
function dnsNames(leaf: X509Certificate): string[] {
	const alternative = leaf.subjectAltName;
	if (alternative !== undefined) {
		return alternative.split(", ").flatMap((entry) => (/^DNS:[A-Za-z0-9*._-]+$/.test(entry) ? [entry.slice(4).toLowerCase()] : []));
	}
	const common = /^CN=([A-Za-z0-9*._-]+)$/m.exec(leaf.subject)?.[1];
	return common === undefined ? [] : [common.toLowerCase()];
}

function oneLine(text: string): string {
	return text.replace(/\s+/g, " ").trim();
}

function day(date: Date): string {
	return date.toISOString().slice(0, 10);
}
