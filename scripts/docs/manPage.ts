/** docs/portico.1, from the definitions of the commands. */
import type { Command, Option } from "commander";
import packageJson from "../../package.json" with { type: "json" };
import { createProgram } from "../../src/commands/program.ts";
import { ENVIRONMENT, EXIT_CODES, FILES, NO_PROCESS } from "./programFacts.ts";

/** roff, for man(7). @param note that it is generated */
export async function manPage(note: string): Promise<string> {
	const program = await createProgram(NO_PROCESS);
	const lines = [
		`.\\" ${escaped(note)}`,
		`.TH PORTICO 1 "" "portico ${packageJson.version}" "Portico"`,
		".SH NAME",
		`portico \\- ${escaped(firstLower(program.description()))}`,
		".SH SYNOPSIS",
		".B portico",
		"[\\fIoptions\\fR] \\fIcommand\\fR",
		".SH OPTIONS",
		...options(program),
		".SH COMMANDS",
		...program.commands.flatMap(command),
		".SH EXIT STATUS",
		...EXIT_CODES.flatMap(([code, meaning]) => tagged(`\\fB${code}\\fR`, meaning)),
		".SH FILES",
		...FILES.flatMap(([file, meaning]) => tagged(`\\fI${escaped(file)}\\fR`, meaning)),
		".SH ENVIRONMENT",
		...ENVIRONMENT.flatMap(([name, meaning]) => tagged(`\\fB${escaped(name)}\\fR`, meaning)),
	];
	return `${lines.join("\n")}\n`;
}

function command(command: Command): string[] {
	const taken = command.registeredArguments.filter(({ description }) => description !== "");
	return [
		`.SS portico ${escaped(command.name())} ${escaped(command.usage())}`,
		...text(`${firstUpper(command.description())}.`),
		...taken.flatMap((argument) => tagged(`\\fI${escaped(argument.name())}\\fR`, argument.description)),
		...options(command),
	];
}

function options({ options: own }: Command): string[] {
	return own.flatMap((option) => tagged(`\\fB${escaped(option.flags)}\\fR`, described(option)));
}

export function described({ description, argChoices, defaultValue }: Option): string {
	const notes = [
		...(argChoices === undefined ? [] : [`one of ${argChoices.join(", ")}`]),
		...(typeof defaultValue === "string" ? [`default: ${defaultValue}`] : []),
	];
	return notes.length === 0 ? description : `${description} (${notes.join("; ")})`;
}

function tagged(tag: string, about: string): string[] {
	return [".TP", tag, ...text(about)];
}

/** A line may not begin with what roff takes for a request. */
function text(plain: string): string[] {
	return [escaped(plain).replace(/^(?=[.'])/, "\\&")];
}

function escaped(plain: string): string {
	return plain.replaceAll("\\", "\\e").replaceAll("-", "\\-").replaceAll("`", "\\(ga");
}

const firstUpper = (plain: string): string => plain.charAt(0).toUpperCase() + plain.slice(1);
const firstLower = (plain: string): string => plain.charAt(0).toLowerCase() + plain.slice(1);
