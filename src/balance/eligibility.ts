/** What is observed of a member. */
export type Health = "up" | "down" | "unknown";
/** What an operator wants of it. */
export type AdminState = "enabled" | "draining" | "disabled";

/**
 * The one place that combines them: whether a member may be given a new client.
 *
 * @param selfDraining the node itself asks for nothing new
 */
export function isEligible(health: Health, adminState: AdminState, selfDraining: boolean): boolean {
	return adminState === "enabled" && health !== "down" && !selfDraining;
}

/** Whether a member may go on with a client that affinity keeps on it: a draining one does. */
export function keepsClients(health: Health, adminState: AdminState): boolean {
	return adminState !== "disabled" && health !== "down";
}
