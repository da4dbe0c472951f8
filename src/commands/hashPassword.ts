/** `portico hash-password`: the hash of a password for `basicAuth`. The password is never an argument, which every user of a machine can see. */
import type { Command } from "commander";
import { hashPassword } from "../auth/hashPassword.ts";
import type { Process } from "./run.ts";

/** Bytes of the input. */
const LONGEST = 1024;

export function register(program: Command, process: Process): void {
	program
		.command("hash-password")
		.description("read a password from standard input, print its hash for `basicAuth`")
		.action(async () => {
			const password = await process.readSecret("Password: ");
			if (process.isInputTerminal && password !== (await process.readSecret("Again: "))) throw new Error("the passwords differ");
			if (password === "") throw new Error("there is no password: write it to standard input");
			if (Buffer.byteLength(password) > LONGEST) throw new Error(`a password has at most ${LONGEST} bytes`);
			if (/[\x00-\x1f\x7f]/.test(password)) throw new Error("a password is one line without control characters");
			process.out(`${hashPassword(password)}\n`);
		});
}
