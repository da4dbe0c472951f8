import type { Server } from "node:net";

/** What a listening server has inside: `listen` may be called again, with another length of the kernel's queue. */
interface ListenHandle {
	listen(backlog: number): number;
}

/** The kernel's queue of a server that listens has room for one connection from now on. Nothing changes where Node has no such thing inside. */
export function narrowBacklog(server: Server): void {
	const handle: unknown = Reflect.get(server, "_handle");
	if (isListenHandle(handle)) handle.listen(0);
}

function isListenHandle(handle: unknown): handle is ListenHandle {
	return typeof handle === "object" && handle !== null && typeof Reflect.get(handle, "listen") === "function";
}
