const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text made safe for an HTML or XML text node or quoted attribute. */
export function escapeHtml(text: string): string {
	return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** For the `head` of pages without a look of their own. */
export const PLAIN_STYLE = `<style>
:root { color-scheme: light dark; }
body { margin: 3rem auto; max-width: 44rem; padding: 0 1rem; font: 16px/1.5 system-ui, sans-serif; }
nav { display: flex; gap: 0.8rem; flex-wrap: wrap; }
nav a, button { padding: 0.5rem 0.9rem; border: 1px solid #888; border-radius: 4px; background: none; color: inherit; font: inherit; text-decoration: none; cursor: pointer; }
pre { padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; background: #8882; border-radius: 4px; }
</style>`;

/** A page in the look of the product's own; it names an icon, lest browsers ask the origin for one. `head` and `body` are HTML. */
export function page(title: string, body: string, head = ""): string {
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<title>${escapeHtml(title)}</title>
${head}
</head>
<body>
${body}
</body>
</html>
`;
}

export function hiddenField(name: string, value: string): string {
	return `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`;
}
