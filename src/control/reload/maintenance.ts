/** Maintenance as operators switch it at run time, on top of what the file says. Pure. */
import type { Plan } from "../../plan/plan.ts";

/** One switch: what was set, and what the file said then. */
interface Setting {
	readonly file: boolean;
	readonly on: boolean;
}

/** The switch of the whole instance has no name. */
type Target = string | null;

/**
 * What was set at run time stays over a reload, unless the file then says something else than it did when it was set. Services are known by
 * name; one that leaves the file loses what was set. Lifetime: process.
 */
export class MaintenanceSwitches {
	readonly #settings = new Map<Target, Setting>();

	/** @param file the plan as the file has it @returns takes it back */
	set(target: Target, on: boolean, file: Plan): () => void {
		const before = this.#settings.get(target);
		this.#settings.set(target, { file: fileValue(file, target) ?? false, on });
		return () => {
			if (before === undefined) this.#settings.delete(target);
			else this.#settings.set(target, before);
		};
	}

	/** The plan with the switches as they are wanted. @param file the plan as the file has it now */
	applied<P extends Plan>(plan: P, file: Plan): P {
		const wanted = (target: Target): boolean => {
			const inFile = fileValue(file, target) ?? false;
			const setting = this.#settings.get(target);
			return setting !== undefined && setting.file === inFile ? setting.on : inFile;
		};
		const services = plan.services.map((service) => {
			const on = wanted(service.name);
			return on === service.maintenance.on ? service : { ...service, maintenance: { ...service.maintenance, on } };
		});
		return { ...plan, services, maintenance: wanted(null) };
	}

	/** Forgets what another file made void. To be called once that file is in force. */
	keep(file: Plan): void {
		for (const [target, setting] of this.#settings) if (fileValue(file, target) !== setting.file) this.#settings.delete(target);
	}
}

/** Undefined: there is no such service. */
function fileValue(file: Plan, target: Target): boolean | undefined {
	return target === null ? file.maintenance : file.services.find(({ name }) => name === target)?.maintenance.on;
}
