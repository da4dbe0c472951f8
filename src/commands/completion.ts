/** `portico completion`: the words that a shell offers after `portico`, from the definitions of the commands. */
import { Argument, type Command, type Option } from "commander";
import { createProgram } from "./program.ts";
import type { Process } from "./run.ts";

const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];

export function register(program: Command, process: Process): void {
	program
		.command("completion")
		.description("print the completion script of a shell: source <(portico completion bash)")
		.addArgument(new Argument("<shell>", "bash, zsh or fish").choices(SHELLS))
		.action(async (shell: Shell) => process.out(SCRIPTS[shell](await createProgram(process))));
}

const SCRIPTS: Readonly<Record<Shell, (program: Command) => string>> = { bash: bashScript, zsh: zshScript, fish: fishScript };

interface OptionWords {
	readonly short: string | null;
	readonly long: string;
	readonly about: string;
	readonly value: "none" | "file" | "text" | readonly string[];
	readonly repeatable: boolean;
}

interface CommandWords {
	readonly name: string;
	readonly about: string;
	readonly options: readonly OptionWords[];
	/** Choices of its first argument; empty: what it takes is no list. */
	readonly choices: readonly string[];
}

function wordsOf(program: Command): CommandWords[] {
	return program.commands.map((command) => ({
		name: command.name(),
		about: firstPart(command.description()),
		options: [...command.options.map(optionWords), HELP],
		choices: command.registeredArguments[0]?.argChoices ?? [],
	}));
}

const HELP: OptionWords = { short: "-h", long: "--help", about: "display help for command", value: "none", repeatable: false };

function optionWords({ short, long, description, flags, argChoices, defaultValue }: Option): OptionWords {
	const value = argChoices ?? (/<file>/.test(flags) ? "file" : /</.test(flags) ? "text" : "none");
	return { short: short ?? null, long: long ?? "", about: firstPart(description), value, repeatable: Array.isArray(defaultValue) };
}

/** A list of words has room for little. */
function firstPart(text: string): string {
	return text.replace(/[;:(].*$/s, "").trim();
}

function flagsOf({ short, long }: OptionWords): string[] {
	return short === null ? [long] : [short, long];
}

function bashScript(program: Command): string {
	const commands = wordsOf(program);
	const cases = commands.map(({ name, options, choices }) => {
		const lists = options.filter(({ value }) => Array.isArray(value));
		const texts = options.filter(({ value }) => value === "text");
		const files = options.filter(({ value }) => value === "file");
		const values = [
			...lists.map((option) => `		${flagsOf(option).join("|")}) words="${(option.value as readonly string[]).join(" ")}" ;;`),
			...(texts.length > 0 ? [`		${texts.flatMap(flagsOf).join("|")}) compopt +o default; return ;;`] : []),
			...(files.length > 0 ? [`		${files.flatMap(flagsOf).join("|")}) return ;;`] : []),
		];
		const flags = options.flatMap(flagsOf).join(" ");
		const own = `[[ $cur == -* ]] && words="${flags}"${choices.length > 0 ? ` || words="${choices.join(" ")}"` : ""}`;
		if (values.length === 0) return `	${name}) ${own} ;;`;
		return `	${name})\n		case $prev in\n${values.join("\n")}\n		*) ${own} ;;\n		esac ;;`;
	});
	return `# bash completion for portico: source <(portico completion bash)
_portico() {
	local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD - 1]} command="" words="" i
	for ((i = 1; i < COMP_CWORD; i++)); do
		[[ \${COMP_WORDS[i]} == -* ]] || { command=\${COMP_WORDS[i]}; break; }
	done
	case $command in
	"") words="${[...commands.map(({ name }) => name), "help", "--version", "--help"].join(" ")}" ;;
${cases.join("\n")}
	esac
	COMPREPLY=()
	[[ -n $words ]] && COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
# A file where no word fits.
complete -o default -F _portico portico
`;
}

function zshScript(program: Command): string {
	const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;
	const inBrackets = (text: string): string => text.replace(/[[\]\\]/g, "\\$&").replaceAll(":", "\\:");
	const spec = (option: OptionWords): string => {
		const { long, about, value, repeatable } = option;
		const action =
			value === "none"
				? ""
				: value === "file"
					? ":file:_files"
					: value === "text"
						? `:${long.slice(2)}: `
						: `:${long.slice(2)}:(${value.join(" ")})`;
		const flags = flagsOf(option);
		const text = `[${inBrackets(about)}]${action}`;
		if (flags.length === 1) return quoted(`${repeatable ? "*" : ""}${long}${text}`);
		return `${quoted(`(${flags.join(" ")})`)}{${flags.join(",")}}${quoted(text)}`;
	};
	const commands = wordsOf(program);
	const cases = commands.map(({ name, options, choices }) => {
		const rest = choices.length > 0 ? quoted(`1:${name}:(${choices.join(" ")})`) : "'*:file:_files'";
		return `	${name}) _arguments -s ${[...options.map(spec), rest].join(" \\\n		")} ;;`;
	});
	return `#compdef portico
# zsh completion for portico: source <(portico completion zsh), after compinit; or in a file _portico of the fpath.
compdef _portico portico
_portico() {
	local -a commands
	commands=(
${commands.map(({ name, about }) => `		${quoted(`${name}:${about}`)}`).join("\n")}
	)
	if (( CURRENT == 2 )); then
		if [[ $words[2] == -* ]]; then compadd -- --version --help; else _describe command commands; fi
		return
	fi
	shift words
	(( CURRENT-- ))
	case $words[1] in
${cases.join("\n")}
	esac
}
[[ $funcstack[1] == _portico ]] && _portico "$@"
`;
}

function fishScript(program: Command): string {
	const quoted = (text: string): string => `'${text.replace(/['\\]/g, "\\$&")}'`;
	const lines = wordsOf(program).flatMap(({ name, about, options, choices }) => {
		const inside = `complete -c portico -n '__fish_seen_subcommand_from ${name}'`;
		return [
			`complete -c portico -n __fish_use_subcommand -f -a ${name} -d ${quoted(about)}`,
			...(choices.length > 0 ? [`${inside} -f -a ${quoted(choices.join(" "))}`] : []),
			...options.map(({ short, long, about: text, value }) => {
				const takes = value === "none" ? "" : value === "file" ? " -r -F" : value === "text" ? " -x" : ` -x -a ${quoted(value.join(" "))}`;
				return `${inside}${short === null ? "" : ` -s ${short.slice(1)}`} -l ${long.slice(2)}${takes} -d ${quoted(text)}`;
			}),
		];
	});
	const own = ["version", "help"].map((name) => `complete -c portico -n __fish_use_subcommand -f -l ${name}`);
	return `# fish completion for portico: portico completion fish | source\n${[...lines, ...own].join("\n")}\n`;
}
