/** docs/tutorial.md works as it stands: every command runs, and prints what the page shows. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { startProgram } from "../../harness/child.ts";
import { within } from "../../harness/deadline.ts";
import { namespaceSkip } from "../../harness/netns.ts";

const DRIVER = fileURLToPath(new URL("driver.ts", import.meta.url));

test("every command of the tutorial runs and prints what the page shows", { skip: namespaceSkip }, async (t) => {
	// Ports as in the page, so in a network of its own. All that it starts ends with the first process of the namespace.
	const namespaces = ["--net", "--pid", "--fork", "--kill-child", "--mount-proc"];
	const reader = startProgram(t, "unshare", [...namespaces, "sh", "-c", `ip link set lo up && exec "$0" "$1"`, process.execPath, DRIVER]);
	const { code } = await within(reader.exited, () => `the end of the tutorial; output:\n${reader.output}`, 180_000);
	assert.equal(code, 0, reader.output);
	assert.match(reader.stdout, /^the end$/m);
});
