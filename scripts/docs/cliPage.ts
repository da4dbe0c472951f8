/** docs/reference/cli.md, from the definitions of the commands. */
import type { Command } from "commander";
import { createProgram } from "../../src/commands/program.ts";
import { described } from "./manPage.ts";
import { cell, NOTE, table } from "./markdown.ts";
import { ENVIRONMENT, EXIT_CODES, NO_PROCESS, SIGNALS } from "./programFacts.ts";

const INTRODUCTION = `# Commands, signals and exit codes

${NOTE}

\`portico --help\` lists the commands. \`portico COMMAND --help\` lists the options of one. \`docs/portico.1\` has the same as a man page.

- **The configuration file.** Without a file, a command reads \`./portico.yaml\`. Name another one as the last argument or with \`-c\`. \`explain\` takes the file before the URL.
- **Commands for a running Portico** (\`status\`, \`drain\`, \`enable\`, \`disable\`, \`weight\`, \`reload\`) connect to its [admin server](admin-api.md). They read the address from \`admin\` of the
  file. If there is no \`./portico.yaml\`, they use \`http://127.0.0.1:9990\`. \`--admin URL\` sets another address. Put a token into the environment variable \`PORTICO_ADMIN_TOKEN\`:
  other users of the machine can see \`--token\`.
- **Names.** A name is a node (\`is-1\`) or one of its members (\`is-1/servlet\`). A change at run time lasts until the process ends. It also survives a reload, unless the file then
  has another value than before.
- **\`--json\`** is for scripts.

\`\`\`sh
portico status
portico status --watch
portico drain is-1 --deadline 10m --wait
portico drain is-1/servlet --hard
portico disable is-1
portico enable is-1
portico weight is-1 50
portico reload --dry-run
portico reload
\`\`\`

\`disable\` asks first if no other node could serve a pool without this one. At a terminal it waits for \`y\`; elsewhere it refuses. \`--force\` disables the node without asking.
`;

const RESTARTS = `A restart resets no client: a connection is either served, or refused while Portico does not run. Portico closes a port only when the kernel has no accepted connection left for
it. A client whose TCP handshake is in progress at that moment can be reset. Two Porticos behind a load balancer or one virtual address avoid the refused connections too.

If another load balancer is in front, first remove Portico from DNS, VRRP or that load balancer, then send TERM. Portico refuses new connections from then on, so late clients fail at
once instead of hanging.
`;

export async function cliPage(): Promise<string> {
	const program = await createProgram(NO_PROCESS);
	return [
		INTRODUCTION,
		...program.commands.map(section),
		`## Signals\n\n${table(["signal", "effect"], SIGNALS)}`,
		RESTARTS,
		`## Exit codes\n\n${table(["code", "meaning"], EXIT_CODES.map(inCells))}`,
		"An error message states the reason. It never contains a stack trace.\n",
		`## Environment\n\n${table(["variable", "effect"], ENVIRONMENT.map(inCells))}`,
	].join("\n");
}

function section(command: Command): string {
	const taken = command.registeredArguments
		.filter(({ description }) => description !== "")
		.map((argument) => [`\`${argument.name().toUpperCase()}\``, cell(argument.description)]);
	const options = command.options.map((option) => [`\`${option.flags}\``, cell(described(option))]);
	const description = cell(command.description());
	return `## portico ${command.name()}\n\n\`portico ${command.name()} ${command.usage()}\`: ${description}.\n\n${table(["option", "effect"], [...taken, ...options])}`;
}

function inCells([name, meaning]: readonly [name: string, meaning: string]): readonly string[] {
	return [`\`${name}\``, cell(meaning)];
}
