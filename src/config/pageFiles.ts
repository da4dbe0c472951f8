/** Files whose content Portico sends: read whole, and not larger than they may be. */
import { isUtf8 } from "node:buffer";
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { resolve } from "node:path";
import { ErrorPages } from "../http/errorPages.ts";

export type PageFile = { readonly bytes: Buffer } | { readonly problem: string; readonly hint?: string };

/** @param most bytes. Never throws. */
export async function readPageFile(directory: string, name: string, most: number): Promise<PageFile> {
	const file = resolve(directory, name);
	try {
		// A pipe that nobody writes to must not hold up a reload.
		const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
		try {
			const stats = await handle.stat();
			if (!stats.isFile()) return { problem: `${file} is not a file` };
			if (stats.size > most) return tooLarge(file, most);
			// It may grow while it is read.
			const { buffer, bytesRead } = await handle.read(Buffer.alloc(most + 1), 0, most + 1, 0);
			return bytesRead > most ? tooLarge(file, most) : { bytes: Buffer.from(buffer.subarray(0, bytesRead)) };
		} finally {
			await handle.close();
		}
	} catch (error) {
		const { code, message } = error as NodeJS.ErrnoException;
		if (code === "ENOENT") return { problem: `there is no file ${file}`, hint: "relative names start at the configuration file" };
		return { problem: `${file} cannot be read: ${code ?? message}` };
	}
}

function tooLarge(file: string, most: number): PageFile {
	return { problem: `${file} is larger than ${most / 1024} KiB`, hint: "serve large files from a node" };
}

/** What is wrong with a page of that format, or null. A page of JSON is checked with its variables filled in. */
export function pageProblem(bytes: Buffer, format: "html" | "json"): { readonly problem: string; readonly hint: string } | null {
	if (!isUtf8(bytes)) return { problem: "the page is not UTF-8", hint: "save it in UTF-8" };
	if (format === "html") return null;
	const page = ErrorPages.of([{ status: "500", html: null, json: bytes.toString() }])?.find(500, "json");
	try {
		JSON.parse(page?.({ status: 500, reason: "r", code: "c", message: "m", requestId: "i", host: "h" }) ?? "");
		return null;
	} catch {
		return { problem: "the page is not JSON", hint: 'such as { "error": "{code}", "message": "{message}", "status": {status} }' };
	}
}
