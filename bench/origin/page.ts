/**
 * The page of the rows that rewrite: text and forms as a console has them, with links to its own node, to
 * itself and to others.
 */

/** Bytes, about, at the origin. */
const PAGE_BYTES = 100 * 1024;

const TEXT = "the session of a user at this identity server ends when the browser is closed or when its time is over".split(" ");

/**
 * @param origin before the path of a link: `http://127.0.0.1:8080/`, and what must become of it
 * @param root before the path of a reference: `/`
 */
export function pageText(origin: string, root: string): string {
	let page = "<!doctype html><html><head><title>Users</title></head><body>\n";
	for (let row = 0; row < rows(); row++) page += rowText(row, origin, root);
	return `${page}</body></html>\n`;
}

function rows(): number {
	const probe = rowText(0, "http://127.0.0.1:40000/", "/").length + rowText(1, "", "").length * 9;
	return Math.round(PAGE_BYTES / probe) * 10;
}

/** Every tenth row has links. */
function rowText(row: number, origin: string, root: string): string {
	const words = TEXT.map((word, index) => (index === row % TEXT.length ? `<b>${word}</b>` : word)).join(" ");
	const field = `<div class="row" id="r${1000 + row}"><label for="f${1000 + row}">${words}</label><input type="text" name="f${1000 + row}" value=""/></div>\n`;
	if (row % 10 !== 0) return field;
	return `${field}<p><a href="${origin}small?id=${1000 + row}&amp;x=y">Show</a> <a href="https://docs.example.org/users/${1000 + row}">Help</a> <img src="${root}page/images/user.gif" alt=""/></p>\n`;
}
