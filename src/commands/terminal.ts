import type { Process } from "./run.ts";

/** Whether output may have colours: a person reads it, and has not said otherwise (no-color.org). */
export function isColoured({ isTerminal, env }: Process): boolean {
	return isTerminal && (env.NO_COLOR ?? "") === "" && env.TERM !== "dumb";
}
