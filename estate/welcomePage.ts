/** The front page of the demo: everything to try, and a picture of the estate. */
import { escapeHtml } from "./html.ts";
import { type PicturedNode, picture } from "./welcomePicture.ts";

export interface WelcomeNode extends PicturedNode {
	/** Null: it does not run. */
	readonly pid: number | null;
}

/** What the page links to and prints. */
export interface WelcomeFacts {
	/** `https://localhost:8443` */
	readonly publicOrigin: string;
	/** Admin server of Portico: `http://127.0.0.1:9990`. */
	readonly admin: string;
	/** How a shell starts Portico's program: `node /opt/portico/dist/src/cli.js`. */
	readonly command: string;
	/** The demo's portico.yaml. */
	readonly file: string;
}

export function welcomePage(
	{ publicOrigin, admin, command, file }: WelcomeFacts,
	nodes: readonly WelcomeNode[],
	application: string,
	user: { readonly name: string; readonly password: string },
): string {
	const victim = nodes[0];
	const name = victim?.name ?? "is-1";
	const portico = (words: string): string => shell(`${command} ${words}`);
	const cards = [
		card(
			"Log in through an application",
			`<p><a href="${escapeHtml(application)}/">Sample application</a>, as <b>${escapeHtml(user.name)}</b> / <b>${escapeHtml(user.password)}</b></p>`,
			"It sends you to the Identity Servers with OpenID Connect, SAML or WS-Federation, and back.",
		),
		card(
			"Portals and consoles",
			links([
				["Developer portal", `${publicOrigin}/apim-devportal/`],
				["Publisher", `${publicOrigin}/apim-publisher/`],
				["My Account", `${publicOrigin}/is-myaccount/`],
				["Management console", `${publicOrigin}/is-carbon/`],
			]),
			"Two products at one origin. Their cookies do not collide: log in to all of them.",
		),
		card(
			"Call an API",
			shell(`curl -k ${publicOrigin}/apim-echo/1.0.0/hello`),
			"The response is what the gateway received, with the headers that Portico sent.",
		),
		card(
			"Kill a node",
			shell(
				victim?.pid ? `kill -9 ${victim.pid}` : `# ${name} does not run; in the terminal of the demo: start ${name}`,
				` data-kill="${escapeHtml(name)}"`,
			),
			`Log in first, kill ${name}, and keep working. To start it again, type <code>start ${escapeHtml(name)}</code> in the terminal of the demo.`,
		),
		card(
			"Drain a node",
			portico(`drain ${name} ${file}`) + portico(`enable ${name} ${file}`),
			"New clients go to the other node; clients that are logged in stay until they are done.",
		),
		card(
			"Ask the doctor",
			portico(`doctor ${file}`),
			"It inspects Portico and the nodes. In the demo, every finding says why it is expected and what production does instead.",
		),
		card(
			"Ask why",
			portico(`explain ${file} /is-samlsso`),
			"Route, node, path, headers and rewrites of a request, from the functions that decide it.",
		),
		card(
			"Admin API",
			links([
				["Status", `${admin}/api/v1/status`],
				["Readiness", `${admin}/readyz`],
				["Metrics", `${admin}/metrics`],
			]) + portico(`status ${file}`),
			`It listens on loopback only. The configuration is <code>${escapeHtml(file)}</code>.`,
		),
	];
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Portico demo</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="demo/style.css">
<script src="demo/script.js" defer></script>
<noscript><meta http-equiv="refresh" content="5"></noscript>
</head>
<body>
<main>
<h1>Portico is running</h1>
<p class="lead">Two Identity Servers and two API Managers, all simulated, behind one public origin: ${escapeHtml(publicOrigin)}</p>
<section class="card estate" id="estate" aria-label="The estate">
${picture(nodes, new URL(publicOrigin).host)}
<p class="note" id="note" role="status">The picture is of the moment when this page was loaded.</p>
</section>
<section class="cards" aria-label="To try">
${cards.join("\n")}
</section>
</main>
</body>
</html>
`;
}

/** @param body, note HTML */
function card(title: string, body: string, note: string): string {
	return `<article class="card"><h2>${escapeHtml(title)}</h2>${body}<p class="note">${note}</p></article>`;
}

function links(targets: readonly (readonly [text: string, url: string])[]): string {
	return `<ul class="links">${targets.map(([text, url]) => `<li><a href="${escapeHtml(url)}">${escapeHtml(text)}</a></li>`).join("")}</ul>`;
}

function shell(line: string, attributes = ""): string {
	return `<div class="command"><pre><code${attributes}>${escapeHtml(line)}</code></pre></div>`;
}
