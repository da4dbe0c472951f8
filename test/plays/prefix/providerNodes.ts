/** Two nodes of an OpenID provider (oidc-provider) that know their public host, and nothing of a prefix there. What they keep is in one memory. */
import { generateKeyPairSync } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";
import type { Scope } from "../../harness/deadline.ts";

type Payload = { consumed?: number; grantId?: string; uid?: string };

/** An adapter as oidc-provider asks for one: records by kind and id. */
function sharedMemory(): (kind: string) => object {
	const records = new Map<string, Payload>();
	return (kind) => {
		const keyOf = (id: string): string => `${kind} ${id}`;
		const find = async (id: string): Promise<Payload | undefined> => records.get(keyOf(id));
		return {
			find,
			upsert: async (id: string, payload: Payload) => void records.set(keyOf(id), payload),
			destroy: async (id: string) => void records.delete(keyOf(id)),
			findByUid: async (uid: string) => [...records].find(([key, record]) => key.startsWith(`${kind} `) && record.uid === uid)?.[1],
			consume: async (id: string) => {
				const record = await find(id);
				if (record !== undefined) record.consumed = 1;
			},
			revokeByGrantId: async (grantId: string) => {
				for (const [key, record] of records) if (record.grantId === grantId) records.delete(key);
			},
		};
	};
}

export interface ProviderNode {
	readonly port: number;
	/** Requests that it got. */
	readonly requests: { readonly target: string; readonly prefix: string | undefined }[];
	kill(): Promise<void>;
}

export interface ProviderClient {
	readonly id: string;
	readonly callback: string;
	readonly afterLogout: string;
}

/** @param issuer the public origin */
export async function startProviderNodes(scope: Scope, issuer: string, client: ProviderClient): Promise<[ProviderNode, ProviderNode]> {
	const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
	const configuration = {
		adapter: sharedMemory(),
		jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), kid: "k", alg: "RS256", use: "sig" }] },
		cookies: { keys: ["a key that both nodes have"] },
		clients: [
			{
				client_id: client.id,
				token_endpoint_auth_method: "none",
				redirect_uris: [client.callback],
				post_logout_redirect_uris: [client.afterLogout],
				grant_types: ["authorization_code", "refresh_token"],
				response_types: ["code"],
			},
		],
		claims: { openid: ["sub"], email: ["email"] },
		findAccount: (_: unknown, accountId: string) => ({ accountId, claims: () => ({ sub: accountId, email: `${accountId}@example.com` }) }),
	};
	const start = async (): Promise<ProviderNode> => {
		const provider = new Provider(issuer, configuration);
		provider.proxy = true;
		const answer = provider.callback();
		const requests: ProviderNode["requests"] = [];
		const server = createServer((request, response) => {
			requests.push({ target: request.url ?? "", prefix: request.headers["x-forwarded-prefix"]?.toString() });
			answer(request, response);
		});
		const port = await listening(scope, server);
		return { port, requests, kill: () => closed(server) };
	};
	return [await start(), await start()];
}

/** Listens on loopback, for as long as the scope. */
export async function listening(scope: Scope, server: Server): Promise<number> {
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	scope.after(() => closed(server));
	return (server.address() as AddressInfo).port;
}

async function closed(server: Server): Promise<void> {
	if (!server.listening) return;
	const ended = new Promise((resolve) => server.close(resolve));
	server.closeAllConnections();
	await ended;
}
