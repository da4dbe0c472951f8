/** Redirects and fixed responses: routes to which Portico itself responds in place of a node. */
import type { HeaderRulePlan } from "./headers.ts";

export interface OwnRoutePlan {
	/** Unique; in logs and explain: `:redirect:/old`, `is:response:/robots.txt`, `:redirect:/*@old.example.com`. The service stands before the first colon. */
	readonly id: string;
	/** Name of its service; empty: the file has it. */
	readonly service: string;
	/** Authorities that it is for, `*` for all that nothing else is for. Null: those of all services. */
	readonly hosts: readonly string[] | null;
	/** As in {@link RoutePlan}. */
	readonly pattern: string;
	readonly exact: boolean;
	readonly responseHeaders: readonly HeaderRulePlan[];
	readonly response: RedirectPlan | FixedResponsePlan;
}

export interface RedirectPlan {
	readonly kind: "redirect";
	readonly status: number;
	/** Path or absolute URL, perhaps with a query; `{name}` is what the pattern's parameter of that name takes. */
	readonly to: string;
	/** What follows the pattern in the path goes behind the path of `to`. */
	readonly keepPath: boolean;
	readonly keepQuery: boolean;
}

export interface FixedResponsePlan {
	readonly kind: "fixed";
	readonly status: number;
	/** Names and values, Content-Type among them. */
	readonly headers: readonly (readonly [name: string, value: string])[];
	/** Base64. */
	readonly body: string;
	/** With its quotes; null: there is no validator. */
	readonly etag: string | null;
}
