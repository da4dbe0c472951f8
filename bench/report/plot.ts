/** results.svg: for each row one bar per proxy, as long as its CPU cost against the better of nginx and HAProxy. */

import { rows } from "../rows.ts";
import type { Findings } from "./statistics.ts";

const LONGEST = 8;
const [LEFT, WIDTH, RIGHT] = [150, 560, 120];
const [BAR, GAP, TITLE] = [14, 4, 30];
const COLOURS: Readonly<Record<string, string>> = { portico: "#c2410c", "portico-base": "#f59e0b", nginx: "#15803d", haproxy: "#1d4ed8" };
const OTHERS = "#94a3b8";

export function ratioPlot(findings: Findings): string {
	const parts: string[] = [];
	let y = 44;
	for (const row of rows) {
		const found = findings.peers(row.name).flatMap((peer) => {
			const ratio = findings.ratio(row.name, peer);
			return ratio === null ? [] : [{ peer, ratio, cost: findings.cost(row.name, peer) ?? 0 }];
		});
		if (found.length === 0) continue;
		parts.push(text(8, y + 14, row.title, 'font-weight="600"'));
		y += TITLE - 8;
		for (const { peer, ratio, cost } of found) {
			const width = (Math.min(ratio, LONGEST) / LONGEST) * WIDTH;
			parts.push(text(LEFT - 8, y + BAR - 3, peer, 'text-anchor="end"'));
			parts.push(`<rect x="${LEFT}" y="${y}" width="${width.toFixed(1)}" height="${BAR}" fill="${COLOURS[peer] ?? OTHERS}"/>`);
			parts.push(text(LEFT + width + 6, y + BAR - 3, `${ratio > LONGEST ? "→ " : ""}${ratio.toFixed(2)} × (${cost.toFixed(1)} µs)`));
			y += BAR + GAP;
		}
		y += 12;
	}
	const total = LEFT + WIDTH + RIGHT;
	return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${total} ${y}" width="${total}" height="${y}" font-family="sans-serif" font-size="12">
<rect width="100%" height="100%" fill="#fff"/>
${text(8, 22, "CPU time of the proxy per unit of work; 1 = the better of nginx and HAProxy; shorter is better", 'font-size="14"')}
${gridLine(1, y)}
${parts.join("\n")}
</svg>
`;
}

function gridLine(ratio: number, bottom: number): string {
	const x = LEFT + (ratio / LONGEST) * WIDTH;
	return `<line x1="${x}" y1="34" x2="${x}" y2="${bottom - 8}" stroke="#0f172a" stroke-dasharray="2 3" opacity="0.5"/>`;
}

function text(x: number, y: number, content: string, attributes = ""): string {
	const escaped = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
	return `<text x="${x.toFixed(1)}" y="${y}" fill="#0f172a" ${attributes}>${escaped}</text>`;
}
