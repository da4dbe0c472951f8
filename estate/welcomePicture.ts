/** The demo's estate as inline SVG: who sends requests, Portico, the nodes. Boxes never move; states are marks, words and lines. */
import { escapeHtml } from "./html.ts";
import { NODE_STATES, type NodeState, STATE_WORDS } from "./nodeStates.ts";

export interface PicturedNode {
	readonly name: string;
	readonly product: "is" | "apim";
	readonly state: NodeState;
}

interface Box {
	readonly x: number;
	readonly y: number;
	readonly width: number;
	readonly height: number;
}

/** Where everything is. */
interface Layout {
	readonly name: string;
	/** Room for what a product does, beside its name. */
	readonly isWide: boolean;
	readonly width: number;
	readonly height: number;
	readonly clients: readonly [Box, Box];
	readonly portico: Box;
	readonly node: (group: number, index: number) => Box;
	/** The lines: from the clients to Portico, and from Portico to a node. */
	readonly in: readonly [string, string];
	readonly way: (group: number, index: number) => string;
	readonly groupTitle: (group: number) => { readonly x: number; readonly y: number };
}

const WIDE: Layout = {
	name: "wide",
	isWide: true,
	width: 960,
	height: 316,
	clients: [
		{ x: 1, y: 78, width: 190, height: 62 },
		{ x: 1, y: 190, width: 190, height: 62 },
	],
	portico: { x: 350, y: 118, width: 200, height: 94 },
	node: (group, index) => ({ x: 709, y: 26 + group * 156 + index * 60, width: 250, height: 52 }),
	in: [across(191, 109, 350, 165), across(191, 221, 350, 165)],
	way: (group, index) => across(550, 165, 709, 52 + group * 156 + index * 60),
	groupTitle: (group) => ({ x: 711, y: 17 + group * 156 }),
};

const NARROW: Layout = {
	name: "narrow",
	isWide: false,
	width: 360,
	height: 446,
	clients: [
		{ x: 1, y: 1, width: 172, height: 58 },
		{ x: 187, y: 1, width: 172, height: 58 },
	],
	portico: { x: 70, y: 118, width: 220, height: 72 },
	node: (group, index) => ({ x: 1 + index * 186, y: 260 + group * 122, width: 172, height: 62 }),
	in: [down(87, 59, 180, 118), down(273, 59, 180, 118)],
	// Between the nodes of the first group to the inner corners of those of the second.
	way: (group, index) =>
		`M180 190V${200 + group * 122}${down(180, 200 + group * 122, 145 + index * 70, 260 + group * 122).replace(/^M[^C]*/, "")}`,
	groupTitle: (group) => ({ x: 3, y: 250 + group * 122 }),
};

const GROUPS = [
	{ product: "is", title: "Identity Server", does: "logins" },
	{ product: "apim", title: "API Manager", does: "portals and APIs" },
] as const;

/** Both layouts, of which a style sheet shows one, after the marks that they share. @param host of the public origin */
export function picture(nodes: readonly PicturedNode[], host: string): string {
	return `${marks()}\n${[WIDE, NARROW].map((layout) => drawing(nodes, host, layout)).join("\n")}`;
}

/** What a screen reader says instead. */
export function pictureText(nodes: readonly PicturedNode[]): string {
	const states = nodes.map(({ name, state }) => `${name} is ${STATE_WORDS[state]}`).join(", ");
	return `The browser and the sample application reach Portico, which forwards to the nodes: ${states}.`;
}

/** A shape of its own for each state, so that colour is not needed. 16 by 16. */
const MARKS: Readonly<Record<NodeState, string>> = {
	up: '<circle class="fill" cx="8" cy="8" r="7"/><path class="glyph" d="M4.6 8.3 7 10.6 11.4 5.6"/>',
	partly: '<path class="fill" d="M8 1 15.4 14.6H.6Z"/><path class="glyph" d="M8 6v4m0 1.6v1"/>',
	down: '<path class="fill" d="M5.1 1h5.8L15 5.1v5.8L10.9 15H5.1L1 10.9V5.1Z"/><path class="glyph" d="m5.4 5.4 5.2 5.2m0-5.2-5.2 5.2"/>',
	draining: '<circle class="ring" cx="8" cy="8" r="6.2"/><path class="fill" d="M8 1.8a6.2 6.2 0 0 0 0 12.4Z"/>',
	disabled: '<circle class="ring" cx="8" cy="8" r="6.2"/><path class="ring" d="M3.6 12.4 12.4 3.6"/>',
	unknown: '<circle class="ring" cx="8" cy="8" r="6.2" stroke-dasharray="3 2.4"/>',
};

function marks(): string {
	const symbols = NODE_STATES.map((state) => `<symbol id="mark-${state}" viewBox="0 0 16 16">${MARKS[state]}</symbol>`);
	return `<svg class="marks" width="0" height="0" aria-hidden="true" focusable="false">${symbols.join("")}</svg>`;
}

function drawing(nodes: readonly PicturedNode[], host: string, layout: Layout): string {
	const { name, isWide, width, height, clients, portico, groupTitle } = layout;
	const placed = GROUPS.flatMap(({ product }, group) =>
		nodes
			.filter((node) => node.product === product)
			.map((node, index) => ({ node, box: layout.node(group, index), way: layout.way(group, index) })),
	);
	const lines = [
		...layout.in.map((way) => `<path class="line" d="${way}"/>`),
		...placed.map(({ node, way }) => `<path class="line" data-node="${escapeHtml(node.name)}" data-state="${node.state}" d="${way}"/>`),
	];
	const boxes = [
		box(clients[0], "Your browser", "over https"),
		box(clients[1], "Sample application", "asks for logins"),
		box(portico, "Portico", host, " portico"),
		...placed.map(({ node, box: at }) => nodeBox(node, at)),
	];
	const titles = GROUPS.map(({ title, does }, group) => {
		const { x, y } = groupTitle(group);
		return `<text class="second" x="${x}" y="${y}">${title}${isWide ? `: ${does}` : ""}</text>`;
	});
	return `<svg class="picture ${name}" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escapeHtml(pictureText(nodes))}">
${[...lines, ...boxes, ...titles].join("\n")}
</svg>`;
}

function box({ x, y, width, height }: Box, title: string, second: string, more = ""): string {
	const middle = x + width / 2;
	return `<g class="box${more}"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/><text class="title" text-anchor="middle" x="${middle}" y="${
		y + height / 2 - 3
	}">${escapeHtml(title)}</text><text class="second" text-anchor="middle" x="${middle}" y="${y + height / 2 + 16}">${escapeHtml(second)}</text></g>`;
}

function nodeBox({ name, state }: PicturedNode, { x, y, width, height }: Box): string {
	const middle = y + height / 2;
	return `<g class="box" data-node="${escapeHtml(name)}" data-state="${state}"><rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/><use href="#mark-${state}" x="${
		x + 14
	}" y="${middle - 9}" width="18" height="18"/><text class="title" x="${x + 44}" y="${middle - 3}">${escapeHtml(name)}</text><text class="second word" x="${x + 44}" y="${
		middle + 15
	}">${STATE_WORDS[state]}</text></g>`;
}

/** From left to right, with both handles at the middle. */
function across(x1: number, y1: number, x2: number, y2: number): string {
	const middle = (x1 + x2) / 2;
	return `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`;
}

function down(x1: number, y1: number, x2: number, y2: number): string {
	const middle = (y1 + y2) / 2;
	return `M${x1} ${y1}C${x1} ${middle} ${x2} ${middle} ${x2} ${y2}`;
}
