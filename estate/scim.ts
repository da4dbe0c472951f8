import type { Exchange } from "./exchange.ts";
import { bearerGrant } from "./tokens.ts";
import { basicAdmin, findUser, USERS, type User } from "./users.ts";

/** `/scim2/*`: `Me` for the token's user, the rest for administrators. */
export async function scim(exchange: Exchange): Promise<void> {
	const [, , resource, id] = exchange.path.split("/");
	if (resource === "ServiceProviderConfig")
		return answer(exchange, 200, { patch: { supported: true }, bulk: { supported: true }, filter: { supported: true } });
	if (resource === "Me") {
		const grant = await bearerGrant(exchange.node, exchange.header("authorization"));
		const user = grant === null ? undefined : findUser(grant.user);
		return user === undefined ? unauthorized(exchange) : answer(exchange, 200, resourceOf(exchange, user));
	}
	if (basicAdmin(exchange.header("authorization")) === null) return unauthorized(exchange);
	if (resource !== "Users") return answer(exchange, 404, { status: "404", detail: "Not Found" });
	if (id === undefined)
		return answer(exchange, 200, { totalResults: USERS.length, Resources: USERS.map((user) => resourceOf(exchange, user)) });
	const user = findUser(id);
	if (user === undefined) return answer(exchange, 404, { status: "404", detail: "Specified resource does not exist." });
	return answer(exchange, 200, resourceOf(exchange, user));
}

/** `meta.location` is an absolute public URL, from configuration. */
function resourceOf(exchange: Exchange, user: User): object {
	const location = exchange.publicUrl(`/scim2/Users/${user.name}`);
	return {
		schemas: ["urn:ietf:params:scim:schemas:core:2.0:User"],
		id: user.name,
		userName: user.name,
		name: { givenName: user.givenName, familyName: user.familyName },
		emails: [user.email],
		meta: { resourceType: "User", location },
	};
}

function answer(exchange: Exchange, status: number, value: object): void {
	exchange.send(status, "application/scim+json", JSON.stringify(value));
}

function unauthorized(exchange: Exchange): void {
	exchange.setHeader("WWW-Authenticate", 'Bearer realm="WSO2"');
	answer(exchange, 401, { schemas: ["urn:ietf:params:scim:api:messages:2.0:Error"], status: "401", detail: "Unauthorized" });
}
