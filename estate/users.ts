export interface User {
	readonly name: string;
	readonly password: string;
	readonly email: string;
	readonly givenName: string;
	readonly familyName: string;
	readonly admin: boolean;
}

/** The user store, the same on every node and for every tenant. */
export const USERS: readonly User[] = [
	{ name: "admin", password: "admin", email: "admin@wso2.com", givenName: "Ad", familyName: "Min", admin: true },
	{ name: "alice", password: "alice", email: "alice@example.com", givenName: "Alice", familyName: "Liddell", admin: false },
	{ name: "dave", password: "dave", email: "dave@example.com", givenName: "Dave", familyName: "Bowman", admin: false },
	{ name: "bob", password: "bob", email: "bob@example.com", givenName: "Bob", familyName: "Sawyer", admin: false },
];

export function findUser(name: string): User | undefined {
	return USERS.find((user) => user.name === name);
}

export function checkPassword(name: string, password: string): User | null {
	const user = findUser(name);
	return user !== undefined && user.password === password ? user : null;
}

/** `Authorization: Basic`: name and password, or null. */
export function basicCredentials(header: string | undefined): { name: string; password: string } | null {
	const match = /^basic\s+([A-Za-z0-9+/=_-]+)$/i.exec(header ?? "");
	if (match === null) return null;
	const text = Buffer.from(match[1] as string, "base64").toString();
	const colon = text.indexOf(":");
	return colon === -1 ? null : { name: text.slice(0, colon), password: text.slice(colon + 1) };
}

/** The administrator that a Basic header names with the right password, or null. */
export function basicAdmin(header: string | undefined): User | null {
	const credentials = basicCredentials(header);
	const user = credentials === null ? null : checkPassword(credentials.name, credentials.password);
	return user?.admin === true ? user : null;
}
