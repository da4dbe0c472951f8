/**
 * What each attack does. All of it comes to an end with the attack's time. Some hundred connections a second
 * at most: a flood that takes all of the CPU is no promise of Portico, and would starve the honest load on a
 * machine that does other things too.
 */
import { NONSENSE } from "../../plays/failures/messages.ts";
import { badAnswers } from "../badAnswers.ts";
import type { AttackName } from "../plan.ts";
import { AMBIGUOUS, malformed, WHOLE } from "../requests.ts";
import { type Mob, trickle } from "./mob.ts";

type Attacker = (mob: Mob) => Promise<void>;

const get = (path: string, ...fields: string[]): string =>
	[`GET ${path} HTTP/1.1`, "Host: localhost", "Accept-Encoding: gzip", ...fields, "", ""].join("\r\n");

const postHead = (path: string, length: number): string =>
	`POST ${path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${length}\r\n\r\n`;

/** Cookies that come to just below the limit of a head, or above it. */
const largeHead = (size: number): string => get("/app/visit", `Cookie: large=${"x".repeat(size)}`);

/** All connections at once, nothing but a beginning on each. */
const halfHeads =
	(portOf: (mob: Mob) => number): Attacker =>
	async (mob) => {
		await mob.all(() => void mob.open(portOf(mob)).write("GET / HTTP/1.1\r\nHost: localhost\r\nX-Half"));
		await mob.untilOver();
	};

/** Asks for it again and again over all connections, and reads what comes. */
const askFor =
	(pathOf: (mob: Mob) => string): Attacker =>
	async (mob) =>
		mob.all(async () => {
			while (!mob.isOver) {
				const socket = mob.open();
				socket.write(get(pathOf(mob)));
				await mob.pause(mob.random.between(100, 500));
				socket.destroy();
			}
		});

/** One of the texts on each connection, now and then another one. */
const each =
	(textOf: (mob: Mob) => string): Attacker =>
	async (mob) =>
		mob.all(async () => {
			while (!mob.isOver) {
				const text = textOf(mob);
				await trickle(mob, mob.open(), text, mob.random.pick([text.length, 1_000, 20]), mob.random.pick([0, 5]));
				await mob.pause(mob.random.between(50, 400));
			}
		});

/** Leaves with a reset, at any moment of a request. */
async function resets(mob: Mob): Promise<void> {
	await mob.all(async () => {
		while (!mob.isOver) {
			const socket = mob.random.below(2) === 0 ? mob.open() : mob.openTls();
			const text = mob.random.pick([...WHOLE, get("/bad/large"), postHead("/app/visit", 100_000) + "x".repeat(80_000)]);
			socket.write(text.slice(0, mob.random.between(0, text.length)), "latin1");
			await mob.pause(mob.random.pick([10, 50, 300]));
			if (mob.random.below(4) === 0) socket.end();
			else mob.reset(socket);
		}
	});
}

/** Octets of whole requests changed, put in and taken out. */
function mutated(mob: Mob): string {
	const letters = [...mob.random.pick(WHOLE)];
	for (let edits = mob.random.between(1, 5); edits > 0; edits--) {
		const put = mob.random.below(3) === 0 ? [] : [String.fromCharCode(mob.random.pick([0, 9, 10, 13, 32, 58, 127, mob.random.below(256)]))];
		letters.splice(mob.random.below(letters.length + 1), mob.random.below(3), ...put);
	}
	return letters.join("");
}

async function upgrades(mob: Mob): Promise<void> {
	await mob.all(async (index) => {
		const path = mob.random.pick(["/app/socket", "/bad/switch-unasked", "/is-commonauth", "/bad/visit"]);
		const socket = mob.open();
		socket.write(get(path, "Connection: Upgrade", `Upgrade: ${mob.random.pick(["websocket", "h2c", "websocket, h2c", "\x01"])}`), "latin1");
		while (!mob.isOver && !socket.destroyed) {
			socket.write(mob.random.bytes(mob.random.between(1, 2_000)));
			await mob.pause(20 + index);
		}
	});
}

export const attackers: Readonly<Record<AttackName, Attacker>> = {
	"slow heads": async (mob) => mob.all(() => trickle(mob, mob.open(), largeHead(1_000), 1, mob.random.between(50, 300))),
	"slow bodies": async (mob) =>
		mob.all(async (index) => {
			const socket = mob.open();
			socket.write(postHead(mob.random.pick(["/app/visit", "/is-commonauth"]), 90_000_000));
			// Some come as far as a node.
			if (index % 8 === 0) socket.write("x".repeat(70_000));
			await trickle(mob, socket, "x".repeat(100_000), 25, 100);
		}),
	"slow readers": async (mob) => {
		await mob.all(() => {
			const socket = mob.random.below(2) === 0 ? mob.open() : mob.openTls();
			socket.pause();
			socket.write(get(mob.random.pick(["/bad/large", "/app/large"])));
		});
		await mob.untilOver();
	},
	"half heads": halfHeads(({ ports }) => ports.plain),
	"half heads at the admin server": halfHeads(({ ports }) => ports.admin),
	"malformed requests": each(({ random, secret }) => random.pick(malformed(secret))),
	"smuggled requests": each(({ random }) => random.pick(AMBIGUOUS)),
	"large heads": each(({ random }) => largeHead(random.pick([30_000, 60_000, 70_000, 200_000]))),
	resets,
	"TLS garbage": async (mob) =>
		mob.all(async () => {
			while (!mob.isOver) {
				const socket = mob.open(mob.ports.tls);
				socket.write(
					mob.random.pick([mob.random.bytes(200), Buffer.from(NONSENSE), Buffer.from("160301ffff0100", "hex"), Buffer.from(get("/"))]),
				);
				await mob.pause(mob.random.between(50, 400));
				socket.destroy();
			}
		}),
	"TLS handshakes that stop": async (mob) =>
		mob.all(async (index) => {
			while (!mob.isOver) {
				const socket = mob.openTls();
				await mob.pause(mob.random.pick([10, 20, 50, 200, 3_500]));
				if (index % 2 === 0) socket.destroy();
				else mob.reset(socket);
			}
		}),
	"idle connections": async (mob) => {
		await mob.all((index) => void (index % 2 === 0 ? mob.open() : mob.openTls()));
		await mob.untilOver();
	},
	upgrades,
	pipelines: async (mob) => {
		const requests = (mob.random.below(2) === 0 ? get("/app/visit") : get("/app/visit") + get("/nowhere")).repeat(100);
		await mob.all(() => {
			const socket = mob.open();
			if (mob.random.below(2) === 0) socket.pause();
			socket.write(requests);
		});
		await mob.untilOver();
	},
	"mutated requests": each(mutated),
	"hasty connections": async (mob) =>
		mob.all(async () => {
			while (!mob.isOver) {
				mob.open(mob.random.pick([mob.ports.plain, mob.ports.tls, mob.ports.admin])).destroy();
				await mob.pause(200);
			}
		}),
	"gzip bombs": askFor(() => "/bad/bomb"),
	"broken answers": askFor(({ random }) => `/bad/${random.pick(Object.keys(badAnswers))}`),
	"interim answers": askFor(({ random }) => `/bad/${random.pick(["interim", "few-interim"])}`),
};
