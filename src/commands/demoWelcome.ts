/** What the demo prints when everything runs. */
import type { DemoDescription } from "./demoEstate.ts";

export interface DemoAddresses {
	readonly origin: string;
	/** `http://localhost:8080` */
	readonly plainOrigin: string;
	/** Of the admin server. */
	readonly admin: string;
	/** How a shell starts the program. */
	readonly command: string;
	readonly file: string;
}

export function welcomeText({ origin, plainOrigin, admin, command, file }: DemoAddresses, description: DemoDescription): string {
	const { nodes, users, relyingParty } = description;
	const [user] = users;
	const [first] = nodes;
	return `
Portico listens on ${origin}, with a self-signed certificate (accept it in your browser).

  Start here                       ${origin}/
  Log in through an application    ${relyingParty.origin}/   as ${user?.name} / ${user?.password}
  Developer portal                 ${origin}/apim-devportal/
  Publisher                        ${origin}/apim-publisher/
  My Account                       ${origin}/is-myaccount/
  Management console               ${origin}/is-carbon/
  An API through the gateway       curl -k ${origin}/apim-echo/1.0.0/hello
  Plain http, redirects to https   ${plainOrigin}/
  The configuration                ${file}
  Status, health, metrics          http://${admin}/api/v1/status, /readyz, /metrics

In another shell:

  ${command} status ${file}
  ${command} drain ${first?.name} ${file}
  ${command} enable ${first?.name} ${file}
  ${command} explain ${file} /is-samlsso
  ${command} doctor ${file}

Nodes: ${nodes.map(({ name, pid }) => `${name} (pid ${pid})`).join(", ")}
Kill one and continue:

  kill -9 ${first?.pid}

To start it again, type here: start ${first?.name}
Ctrl-C stops everything.

`;
}
