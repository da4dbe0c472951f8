import type { Scope } from "../../../test/harness/deadline.ts";
import { startTomcatPair } from "../../../test/harness/tomcat.ts";
import { commandVersion } from "../../peers/versions.ts";
import type { Origin, OriginNode } from "./origin.ts";

/**
 * Two Tomcats with in-memory session replication. They never end a connection for its number of requests: how a proxy meets that is another
 * question. Replication is asynchronous, Tomcat's default: else a frozen node would hold up the other one for 5 s a request.
 */
export async function startTomcatOrigin(scope: Scope): Promise<Origin> {
	const pair = await startTomcatPair(scope, { maxKeepAliveRequests: -1, replication: "after answer" });
	const [first, second] = pair.nodes;
	const facade = (node: typeof first): OriginNode => ({
		name: node.name,
		port: node.http,
		start: () => node.start(),
		kill: () => node.kill(),
		signal: (signal) => node.signal(signal),
	});
	const version = commandVersion("dpkg-query", ["-W", "tomcat10"], /\d+\.[\d.]*\d/);
	return {
		description: `two Tomcats ${version}, DeltaManager with asynchronous replication, on one machine with everything else`,
		nodes: [facade(first), facade(second)],
	};
}
