import type { Exchange } from "./exchange.ts";
import { escapeHtml, hiddenField, page } from "./html.ts";
import { type Store, Table } from "./store.ts";
import { errorPage } from "./tomcat.ts";
import { checkPassword, findUser } from "./users.ts";

/** Passwords that people have chosen since the start: of users that registered themselves, and new ones of the others. */
const passwords = (store: Store): Table<string> => new Table(store, "password");

/** The user's name; null when that is not the password. */
export async function signInName(store: Store, name: string, password: string): Promise<string | null> {
	const chosen = await passwords(store).get(name);
	if (chosen !== undefined) return chosen === password ? name : null;
	return checkPassword(name, password)?.name ?? null;
}

/** `/accountrecoveryendpoint`: every step but the first one finds in the node's HttpSession what went before. */
export async function accountRecovery(exchange: Exchange): Promise<void> {
	const step = STEPS.get(exchange.path.slice("/accountrecoveryendpoint/".length));
	if (step === undefined) return errorPage(exchange, 404, "Not Found");
	await step(exchange, exchange.method === "POST" ? await exchange.form() : exchange.query);
}

type Step = (exchange: Exchange, form: URLSearchParams) => Promise<void> | void;

const STEPS: ReadonlyMap<string, Step> = new Map<string, Step>([
	["recoveraccountrouter.do", askName],
	["verify.do", askQuestion],
	["processsecurityquestions.do", askPassword],
	["completepasswordreset.do", resetPassword],
	["register.do", askAccount],
	["processregistration.do", register],
]);

const remembered = (exchange: Exchange, name: string): string => exchange.session().attributes.get(name) ?? "";

function askName(exchange: Exchange, form: URLSearchParams): void {
	exchange.session().attributes.set("callback", form.get("callback") ?? "");
	show(exchange, "Recover password", formOf("verify.do", field("username", "Username")));
}

function askQuestion(exchange: Exchange, form: URLSearchParams): void {
	exchange.session().attributes.set("username", form.get("username") ?? "");
	show(exchange, "Answer your question", formOf("processsecurityquestions.do", field("answer", "Your first school")));
}

function askPassword(exchange: Exchange, form: URLSearchParams): void {
	const name = remembered(exchange, "username");
	if (findUser(name) === undefined || form.get("answer") !== "school") return failed(exchange);
	exchange.session().attributes.set("confirmed", name);
	show(exchange, "Reset password", formOf("completepasswordreset.do", field("reset-password", "New password", "password")));
}

async function resetPassword(exchange: Exchange, form: URLSearchParams): Promise<void> {
	const name = remembered(exchange, "confirmed");
	if (name === "") return failed(exchange);
	await passwords(exchange.node.store).put(name, form.get("reset-password") ?? "");
	goBack(exchange, remembered(exchange, "callback"));
}

function askAccount(exchange: Exchange, form: URLSearchParams): void {
	const callback = hiddenField("callback", form.get("callback") ?? "");
	show(
		exchange,
		"Create an account",
		formOf("processregistration.do", field("username", "Username"), field("password", "Password", "password"), callback),
	);
}

async function register(exchange: Exchange, form: URLSearchParams): Promise<void> {
	const name = form.get("username") ?? "";
	if (findUser(name) !== undefined || !/^[a-z]{2,20}$/.test(name)) return failed(exchange);
	const kept = await passwords(exchange.node.store).claim(name, form.get("password") ?? "");
	if (kept !== form.get("password")) return failed(exchange);
	goBack(exchange, form.get("callback") ?? "");
}

/** A dialog says that it is done, and its script goes where the user came from: a page of this server alone. */
function goBack(exchange: Exchange, callback: string): void {
	const url = URL.parse(callback);
	if (url === null || url.origin !== new URL(exchange.ownOrigin()).origin) return failed(exchange);
	show(exchange, "Done", `<p id="done">You can sign in now.</p>\n<a id="back" href="${escapeHtml(url.href)}">Back to the login</a>`);
}

function failed(exchange: Exchange): void {
	show(exchange, "Something went wrong", '<p role="alert">Please start again.</p>');
}

const field = (name: string, label: string, type = "text"): string =>
	`<label>${label} <input type="${type}" name="${name}" required></label>`;
const formOf = (action: string, ...fields: string[]): string =>
	`<form method="post" action="${action}">${fields.join("\n")}<button type="submit">Submit</button></form>`;

function show(exchange: Exchange, title: string, body: string): void {
	exchange.session();
	const head = '<link rel="stylesheet" href="../authenticationendpoint/css/app.css">';
	exchange.html(200, page(title, `<header>WSO2 Identity Server</header>\n<main>\n<h1>${title}</h1>\n${body}\n</main>`, head));
}
