/** Texts from files that others put there for Portico alone: `${file:/run/secrets/x}`. */
import { closeSync, constants, fstatSync, openSync, readFileSync } from "node:fs";
import { reasonOf } from "./certificates.ts";

/** No secret is as long; more is the wrong file. */
const LARGEST = 64 * 1024;

/** @returns the text without the newline at its end, or what is wrong with the file */
export function readSecret(path: string): { readonly text: string } | { readonly problem: string } {
	let descriptor: number;
	try {
		// A pipe that nobody writes to must not hold up the load.
		descriptor = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	} catch (error) {
		return { problem: `the file cannot be read (${reasonOf(error)})` };
	}
	try {
		const found = fstatSync(descriptor);
		if (!found.isFile()) return { problem: "this is no file" };
		if (found.size > LARGEST) return { problem: `the file has more than ${LARGEST} bytes` };
		const text = new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(descriptor)).replace(/\r?\n$/, "");
		return text === "" ? { problem: "the file is empty" } : { text };
	} catch (error) {
		return { problem: error instanceof TypeError ? "the file is not UTF-8 text" : `the file cannot be read (${reasonOf(error)})` };
	} finally {
		closeSync(descriptor);
	}
}

const WINDOW = 12;
/** Shorter ones stand in other words too. */
const SHORTEST = 5;
const HIDDEN = "***";

/** What came from files during one load, so that no message has any of it. Messages may hold a value cut, or in quotes. */
export class FileSecrets {
	readonly #whole = new Set<string>();
	readonly #windows = new Set<string>();
	readonly #read: typeof readSecret;

	/** @param read reads a file by its whole name */
	constructor(read: typeof readSecret = readSecret) {
		this.#read = read;
	}

	/** As {@link readSecret}; from now on no message has any of the text. */
	read(path: string): ReturnType<typeof readSecret> {
		const read = this.#read(path);
		if ("text" in read) this.#add(read.text);
		return read;
	}

	#add(text: string): void {
		this.#whole.add(text);
		for (let at = 0; at + WINDOW <= text.length; at++) this.#windows.add(text.slice(at, at + WINDOW));
	}

	/** @param value from a file that the message is about, or null: then even a letter of it is too much */
	clean(message: string, value: string | null): string {
		if (this.#whole.size === 0) return message;
		let clean = value === null ? message : message.replaceAll(value, HIDDEN);
		for (const secret of this.#whole) if (secret.length >= SHORTEST) clean = clean.replaceAll(secret, HIDDEN);
		for (let at = 0; at + WINDOW <= clean.length; at++) {
			if (this.#windows.has(clean.slice(at, at + WINDOW))) return "this value from a file does not fit here";
		}
		return clean;
	}
}
