import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Scope } from "./deadline.ts";

/**
 * A folder of the test's own, removed with its scope.
 * @param files relative path to content
 */
export function temporaryFolder(scope: Scope, files: Readonly<Record<string, string>> = {}): string {
	const folder = mkdtempSync(join(tmpdir(), "portico-test-"));
	scope.after(() => rmSync(folder, { recursive: true, force: true, maxRetries: 3 }));
	for (const [name, content] of Object.entries(files)) {
		const path = join(folder, name);
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, content);
	}
	return folder;
}
