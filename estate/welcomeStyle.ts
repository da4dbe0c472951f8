/** Style sheet of the demo's page: dark and light as the system, one column on a phone. */
export const WELCOME_STYLE = `:root {
	color-scheme: light dark;
	--page: #f4f6f8; --surface: #fff; --raised: #f7f9fb; --line: #dce2e9; --edge: #7c8897;
	--text: #141a22; --text2: #455161; --accent: #3b41bd; --focus: #1b44b0; --way: #9db4d3; --glyph: #fff;
	--up: #01684a; --partly: #9a5d02; --down: #900e1e; --draining: #1b44b0; --disabled: #5f6c7c; --unknown: #5f6c7c;
	--down-tint: #fdeaea; --partly-tint: #fdf3de; --wish-tint: #e8f0fd;
}
@media (prefers-color-scheme: dark) {
	:root {
		--page: #0d1117; --surface: #141a22; --raised: #1b232d; --line: #2b3542; --edge: #5f6e80;
		--text: #e8edf4; --text2: #aeb9c7; --accent: #a5b8ff; --focus: #ffd60a; --way: #4f6c93; --glyph: #0d1117;
		--up: #9be3bd; --partly: #fcc42f; --down: #f2695f; --draining: #6ca7fa; --disabled: #8895a6; --unknown: #8895a6;
		--down-tint: #31191b; --partly-tint: #272012; --wish-tint: #142339;
	}
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--text); font: 15px/1.5 Inter, system-ui, sans-serif; }
main { max-width: 1040px; margin: 0 auto; padding: 32px 24px 48px; }
h1 { margin: 0 0 4px; font-size: 25px; line-height: 32px; font-weight: 640; letter-spacing: -0.02em; }
h2 { margin: 0 0 4px; font-size: 15px; line-height: 20px; font-weight: 600; }
p { margin: 0 0 8px; max-width: 66ch; }
.lead { max-width: none; }
.lead, .note { color: var(--text2); }
.note { font-size: 13px; line-height: 18px; }
a { color: var(--accent); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--focus); outline-offset: 2px; border-radius: 3px; }
.card { background: var(--surface); border: 1px solid var(--line); border-radius: 8px; padding: 16px; min-width: 0; }
.estate { margin: 20px 0 16px; padding: 20px; }
.cards { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 16px; }
.links { display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 0 0 8px; padding: 0; list-style: none; }
.command { display: flex; align-items: start; gap: 8px; margin: 0 0 8px; }
pre {
	flex: 1; min-width: 0; margin: 0; padding: 8px 10px; background: var(--raised); border: 1px solid var(--line); border-radius: 6px;
	font: 12.5px/18px ui-monospace, "SF Mono", Menlo, Consolas, monospace; white-space: pre-wrap; overflow-wrap: anywhere;
}
button {
	min-height: 34px; padding: 0 10px; border: 1px solid var(--edge); border-radius: 6px; background: none; color: inherit;
	font: inherit; font-size: 13px; font-weight: 550; cursor: pointer;
}
button:hover { background: var(--raised); }
.picture { display: block; width: 100%; height: auto; }
.picture.narrow, .marks { display: none; }
.picture text { fill: var(--text); font: 600 15px Inter, system-ui, sans-serif; }
.picture .second { fill: var(--text2); font-weight: 400; font-size: 13px; }
.box rect { fill: var(--surface); stroke: var(--edge); }
.portico rect { stroke: var(--accent); stroke-width: 2; }
.line { fill: none; stroke: var(--way); stroke-width: 3; }
[data-state] { --state: var(--unknown); }
[data-state=up] { --state: var(--up); }
[data-state=partly] { --state: var(--partly); }
[data-state=down] { --state: var(--down); }
[data-state=draining] { --state: var(--draining); }
[data-state=disabled] { --state: var(--disabled); }
.fill { fill: var(--state); }
.ring { fill: none; stroke: var(--state); stroke-width: 1.8; }
.glyph { fill: none; stroke: var(--glyph); stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; }
.box[data-state=down] rect { fill: var(--down-tint); stroke: var(--down); }
.box[data-state=partly] rect { fill: var(--partly-tint); stroke: var(--partly); }
.box[data-state=draining] rect { fill: var(--wish-tint); stroke: var(--draining); }
.box[data-state=disabled] rect { stroke-dasharray: 4 3; }
.line[data-state=down] { stroke: var(--down); stroke-dasharray: 1 7; stroke-linecap: round; }
.line[data-state=draining] { stroke: var(--draining); stroke-dasharray: 8 5; }
.line[data-state=disabled], .line[data-state=unknown] { stroke-width: 1.5; stroke-dasharray: 2 5; }
.stale .estate { opacity: 0.55; }
@media (max-width: 720px) {
	main { padding: 20px 16px 32px; }
	h1 { font-size: 21px; line-height: 27px; }
	.estate { padding: 12px; }
	.picture.wide { display: none; }
	.picture.narrow { display: block; max-width: 420px; margin: 0 auto; }
	.links a, .command button { padding-top: 6px; padding-bottom: 6px; }
}
@media (forced-colors: active) {
	.line, .ring, .glyph { stroke: CanvasText; }
	.fill { fill: CanvasText; }
	.glyph { stroke: Canvas; }
}
`;

/** Keeps the page up to date and copies commands. The page works without it. */
export const WELCOME_SCRIPT = `"use strict";
const note = document.getElementById("note");
function show({ nodes, text }) {
	for (const { name, state, word, pid } of nodes) {
		for (const part of document.querySelectorAll('[data-node="' + name + '"]')) {
			part.dataset.state = state;
			part.querySelector("use")?.setAttribute("href", "#mark-" + state);
			const said = part.querySelector(".word");
			if (said !== null) said.textContent = word;
		}
		for (const part of document.querySelectorAll('[data-kill="' + name + '"]')) {
			part.textContent = pid === null ? "# " + name + " does not run; in the terminal of the demo: start " + name : "kill -9 " + pid;
		}
	}
	for (const picture of document.querySelectorAll(".picture")) picture.setAttribute("aria-label", text);
}
async function refresh() {
	try {
		const response = await fetch("demo/estate.json", { cache: "no-store" });
		if (!response.ok) throw new Error(String(response.status));
		show(await response.json());
		document.body.classList.remove("stale");
		note.textContent = "The picture follows the nodes. It changes when you kill, start, drain or disable one.";
	} catch {
		document.body.classList.add("stale");
		note.textContent = "The demo does not respond. The picture is old.";
	}
	setTimeout(refresh, document.hidden ? 5000 : 1000);
}
for (const command of document.querySelectorAll(".command")) {
	const button = document.createElement("button");
	button.type = "button";
	button.textContent = "Copy";
	button.setAttribute("aria-label", "Copy the command");
	button.addEventListener("click", async () => {
		try {
			await navigator.clipboard.writeText(command.querySelector("code").textContent);
			button.textContent = "Copied";
		} catch {
			getSelection().selectAllChildren(command.querySelector("code"));
			button.textContent = "Selected";
		}
		setTimeout(() => { button.textContent = "Copy"; }, 1500);
	});
	command.append(button);
}
refresh();
`;
