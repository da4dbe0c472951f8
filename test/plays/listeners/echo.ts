import { type RawResponse, responseText } from "../../harness/message.ts";
import { serve } from "../../harness/stage.ts";

/** What a node saw of a request. */
export interface Seen {
	readonly method: string;
	readonly target: string;
	/** Lower-case name to value. */
	readonly headers: Readonly<Record<string, string>>;
}

/** A node that answers with what it saw. */
export const echo = serve(({ method, target, headers }) => {
	const fields = Object.fromEntries(headers.map(([name, value]) => [name.toLowerCase(), value]));
	return responseText(200, ["Content-Type: application/json"], JSON.stringify({ method, target, headers: fields }));
});

export function seen(response: Pick<RawResponse, "body">): Seen {
	return JSON.parse(response.body.toString()) as Seen;
}
