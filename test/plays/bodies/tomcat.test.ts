/** Pages of a real Tomcat, plain and packed, up to 1 MiB. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { field } from "../../harness/message.ts";
import { HOST, openTomcatStage } from "../tomcat/tomcatStage.ts";

const stage = await openTomcatStage({ after }, { service: { rewriteBodies: true } });

const PUBLIC = `<p>\u00e9<a href="https://${HOST}/is-x/echo.jsp?callback=https%3A%2F%2F${HOST}%2Fis-x%2Fcb">a</a><form action="/is-commonauth"></form><script src="/is-x/a.js"></script><a href="https://rp.example.org/x/cb">b</a>\n`;

for (const kib of [1, 20, 1024]) {
	for (const packed of ["", "&gzip=1"]) {
		for (const accept of ["", "gzip"]) {
			test(`${kib} KiB${packed === "" ? "" : ", packed by the page"}, for a client that takes ${accept || "nothing"}`, async (t) => {
				const fields = accept === "" ? [] : [`Accept-Encoding: ${accept}`];
				const response = await stage.get(t, `/is-x/links.jsp?kib=${kib}${packed}`, ...fields, "Connection: close");
				const coding = field(response, "content-encoding");
				const bytes = coding === "gzip" ? gunzipSync(response.body) : response.body;
				if (accept === "") assert.equal(coding, undefined);
				else if (kib > 1) assert.equal(coding, "gzip");
				const [title = "", ...blocks] = bytes.toString("latin1").split(/(?<=\n)/);
				assert.equal(title, "<!doctype html><title>links</title>\n");
				assert.ok(blocks.length >= (kib * 1024) / 300);
				assert.equal(new Set(blocks).size, 1);
				assert.equal(blocks[0], PUBLIC);
			});
		}
	}
}
