/** A node of the play: short answers, slow ones, long pages, and a gzip body that expands a thousand times. One process. */
import { createServer } from "node:http";
import { gzipSync } from "node:zlib";

const PAGE_BYTES = 200 * 2 ** 20;
const SLOW_MS = 5000;

const line = '<p><a href="http://127.0.0.1/pages/next">next</a> and so much text that a page is mostly text, as pages are.</p>\n';
const block = Buffer.from(line.repeat(Math.ceil(65_536 / line.length)));
const bomb = gzipSync(Buffer.alloc(PAGE_BYTES, " "), { level: 9 });

const server = createServer((request, response) => {
	const { url = "" } = request;
	request.resume();
	request.on("error", () => {});
	response.on("error", () => {});
	if (url.includes("/bomb")) return void response.writeHead(200, { "Content-Type": "text/html", "Content-Encoding": "gzip" }).end(bomb);
	if (url.includes("/slow")) return void setTimeout(() => response.end("slow"), SLOW_MS);
	if (!url.includes("/page")) return void request.on("end", () => response.end("ok"));
	response.writeHead(200, { "Content-Type": "text/html" });
	let left = PAGE_BYTES;
	const more = (): void => {
		while (left > 0 && !response.destroyed) {
			left -= block.length;
			if (!response.write(block)) return void response.once("drain", more);
		}
		response.end();
	};
	more();
});
server.listen(0, "127.0.0.1", () => {
	const address = server.address();
	if (address !== null && typeof address === "object") process.stdout.write(`${address.port}\n`);
});
