/** `portico maintenance`: clients of a service, or of all, get a maintenance page, or the nodes' responses again. */
import { Argument, type Command } from "commander";
import type { MaintenanceReport } from "../admin/model.ts";
import { type AdminOptions, asking, withAdminOptions } from "./adminClient.ts";
import type { Process } from "./run.ts";

export function register(program: Command, process: Process): void {
	withAdminOptions(
		program
			.command("maintenance")
			.description("respond with 503 and a maintenance page in place of a service's nodes, or of all; requests in flight finish")
			.addArgument(new Argument("<switch>", "on or off").choices(["on", "off"]))
			.argument("[service]", "name of a service; without one the whole instance"),
	).action((state: "on" | "off", name: string | undefined, file: string | undefined, options: AdminOptions) => {
		const isFile = file === undefined && name !== undefined && /\.ya?ml$/.test(name);
		return asking(isFile ? name : file, options, process, async (client) => {
			const report = await client.maintenance(state === "on", isFile ? undefined : name);
			process.out(options.json === true ? `${JSON.stringify(report, null, 2)}\n` : summary(report));
		});
	});
}

function summary({ on, services }: MaintenanceReport): string {
	const lines = services.map((service) => `${service.name}: ${service.maintenance ? "maintenance" : "serves"}\n`);
	return `${on ? "whole instance: maintenance\n" : ""}${lines.join("")}`;
}
