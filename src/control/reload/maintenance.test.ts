import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_MAINTENANCE, planOf, servicePlan } from "../../../test/harness/plans.ts";
import type { Plan } from "../../plan/plan.ts";
import { MaintenanceSwitches } from "./maintenance.ts";

function file(all: boolean, services: Readonly<Record<string, boolean>>): Plan {
	const plans = Object.entries(services).map(([name, on]) => servicePlan({ name, maintenance: { ...NO_MAINTENANCE, on } }));
	return { ...planOf(plans), maintenance: all };
}

function shown(plan: Plan): string {
	const on = plan.services.filter(({ maintenance }) => maintenance.on).map(({ name }) => name);
	return [...(plan.maintenance ? ["all"] : []), ...on].join(" ");
}

test("what is set at run time lasts until the file says something else", () => {
	const switches = new MaintenanceSwitches();
	const [first, other] = [file(false, { is: false, apim: false }), file(true, { is: true, apim: false })];
	assert.equal(shown(switches.applied(first, first)), "");
	switches.set("apim", true, first);
	assert.equal(shown(switches.applied(first, first)), "apim");
	switches.set("is", true, first);
	switches.set(null, true, first);
	switches.set("is", false, first);
	assert.equal(shown(switches.applied(first, first)), "all apim");
	// The file has changed for all and for `is`: what it says counts.
	switches.keep(other);
	assert.equal(shown(switches.applied(other, other)), "all is apim");
	switches.set(null, false, other);
	switches.set("is", false, other);
	assert.equal(shown(switches.applied(other, other)), "apim");
	// Back to the first: what was set beside the second one is void.
	switches.keep(first);
	assert.equal(shown(switches.applied(first, first)), "apim");
});

test("a service that leaves the file loses what was set", () => {
	const switches = new MaintenanceSwitches();
	const both = file(false, { is: false, apim: false });
	switches.set("is", true, both);
	switches.keep(file(false, { apim: false }));
	assert.equal(shown(switches.applied(both, both)), "");
});
