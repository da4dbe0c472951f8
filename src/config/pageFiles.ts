/** Files whose content Portico sends: read whole, and not larger than they may be. */
import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { resolve } from "node:path";

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
