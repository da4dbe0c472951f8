/** `include`: other files that are part of the configuration. It is gone once they are read (readFiles.ts). */
import { z } from "zod";

const pattern = z.string().min(1).meta({ title: "file, folder or pattern" });

export const include = z
	.union([pattern, z.array(pattern)])
	.optional()
	.describe(
		"Files that are part of the configuration: a file, a folder (its `*.yaml` and `*.yml`) or a pattern with `*`, or a list of them, relative to this file. Mappings are joined, lists become one in the order of reading, any other key is written in one file only.",
	);
