/**
 * Whether a session of one node is known to the next. A page that makes sessions sets JSESSIONID for a client that brings none, or one that is not known; so
 * a page that sets it for a new client, and not again for one that brings it back, tells about any node.
 */
import type { Check } from "../check.ts";
import { type DeployedMember, type DeployedService, type Deployment, servletMembersWith } from "../deployment.ts";
import type { DoctorSession } from "../doctorSession.ts";
import { type Evidence, type Finding, finding, type Kinds } from "../finding.ts";
import { affinity, jvmRoute } from "../remedies/server.ts";
import { sessionIdIn } from "../setCookies.ts";

const KINDS: Kinds<"session.lost" | "session.local" | "session.route" | "session.tag"> = {
	"session.lost": {
		severity: "error",
		what: "Sessions live on one node alone, and nothing keeps a browser on its node.",
		why: "The next request goes to a node that does not know the session: logins to portals and consoles, password recovery and sign-up fail at random.",
		fix: "`affinity: { mode: cookie }` for the service.",
	},
	"session.local": {
		severity: "advice",
		what: "Sessions live on one node alone; affinity keeps browsers there.",
		why: "That is how WSO2 comes. Who is in the middle of something when a node ends begins again: drain nodes before they are stopped.",
		fix: "`portico drain NODE` before a node is stopped.",
	},
	"session.route": {
		severity: "error",
		what: "Affinity goes by `jvmRoute`, and a node's sessions do not have the one of the file.",
		why: "Portico cannot tell from the session whose it is, so the browser may go to any node. The products come without `jvmRoute`.",
		fix: "`jvmRoute` on the node's `<Engine>`, the node's `route` in the file, or affinity mode `cookie`.",
	},
	"session.tag": {
		severity: "advice",
		what: "A node's sessions carry a `jvmRoute`, which the affinity of the file does not use.",
		why: "It tells clients the names of nodes, and does nothing else.",
		fix: "Take `jvmRoute` off the node's `<Engine>`, or use affinity mode `jvmRoute`.",
	},
};

export const sessions: Check = {
	id: "session",
	description: "Has a session made at one node and shows its JSESSIONID to the others, directly.",
	requires: "two nodes of a WSO2 service that response",
	kinds: KINDS,
	async run(doctor) {
		const found = doctor.deployment.services.map(async (service) => {
			const members = servletMembersWith(doctor.deployment, service, service.product.doctor.sessionPages[0] ?? "/");
			return [...(await routesOf(doctor, service, members)), ...(await sharing(doctor, service, members))];
		});
		return (await Promise.all(found)).flat();
	},
};

interface Session {
	readonly page: string;
	readonly id: string;
	readonly request: string;
}

/** A new session of the node, at a page that tells whether it knows one; null: none found. */
async function newSession(doctor: DoctorSession, service: DeployedService, member: DeployedMember): Promise<Session | null> {
	for (const page of service.product.doctor.sessionPages) {
		const reply = await doctor.member(service, member, page);
		if (reply.kind !== "response" || reply.status >= 400) continue;
		const id = sessionIdIn(reply.headers);
		if (id !== null && (await knows(doctor, service, member, page, id))) return { page, id, request: reply.request };
	}
	return null;
}

/** Null: it did not respond. */
async function knows(
	doctor: DoctorSession,
	service: DeployedService,
	member: DeployedMember,
	page: string,
	id: string,
): Promise<boolean | null> {
	const reply = await doctor.member(service, member, page, [["Cookie", `JSESSIONID=${id}`]]);
	return reply.kind === "response" && reply.status < 400 ? sessionIdIn(reply.headers) === null : null;
}

async function sharing(doctor: DoctorSession, service: DeployedService, members: readonly DeployedMember[]): Promise<Finding[]> {
	const [first, ...others] = members;
	if (first === undefined || others.length === 0) return [];
	const about = `${first.plan.node} and ${others.map(({ plan }) => plan.node).join(", ")}`;
	const session = await newSession(doctor, service, first);
	if (session === null) {
		doctor.noteSkipped("session", about, `not tested: no page of ${first.plan.node} makes a session and knows it again`);
		return [];
	}
	const found = others.map(async ({ plan, pool }) => {
		const known = await knows(doctor, service, { plan, pool }, session.page, session.id);
		if (known === null) doctor.noteSkipped("session", about, `not tested: ${plan.node} did not answer ${session.page}`);
		if (known !== false) return [];
		const evidence = [
			{
				request: `${session.request}, then the same at ${plan.node} with its JSESSIONID`,
				result: `${plan.node} did not know the session and made one of its own`,
			},
		];
		return [sessionFinding(service, [first.plan.node, plan.node], hasAffinity(doctor.deployment, service), evidence)];
	});
	return (await Promise.all(found)).flat();
}

function sessionFinding(service: DeployedService, nodes: readonly string[], kept: boolean, evidence: readonly Evidence[]): Finding {
	const about = { service: service.plan.name, nodes, evidence };
	if (kept) {
		const drain = { file: "shell", lines: `portico drain ${nodes[0] ?? "NODE"} --wait`, note: "Before a node is stopped." };
		return finding(KINDS, "session.local", { ...about, what: "Sessions live on one node alone", remedies: [drain] });
	}
	return finding(KINDS, "session.lost", {
		...about,
		what: "Sessions live on one node alone, and nothing keeps a browser there",
		remedies: [affinity(service)],
	});
}

/** Whether something keeps clients of the servlet ports on a node. Hashes keep nobody when nodes come and go, but mostly. */
function hasAffinity({ plan }: Deployment, { plan: service }: DeployedService): boolean {
	const servlet = plan.routes.filter((route) => plan.services[route.service] === service && plan.pools[route.pool]?.kind === "servlet");
	return servlet.some(({ affinity: settings }) => settings !== null);
}

function affinityModes({ plan }: Deployment, { plan: service }: DeployedService): ReadonlySet<string> {
	return new Set(plan.routes.filter((route) => plan.services[route.service] === service).flatMap((route) => route.affinity?.mode ?? []));
}

async function routesOf(doctor: DoctorSession, service: DeployedService, members: readonly DeployedMember[]): Promise<Finding[]> {
	const modes = affinityModes(doctor.deployment, service);
	const found = members.map(async (member) => {
		for (const page of service.product.doctor.sessionPages) {
			const reply = await doctor.member(service, member, page);
			const id = reply.kind === "response" ? sessionIdIn(reply.headers) : null;
			if (id !== null) return routeFindings(service, member, modes.has("jvmRoute"), id, reply.request);
		}
		return [];
	});
	return (await Promise.all(found)).flat();
}

/** @param id of a session that the node has made */
export function routeFindings(service: DeployedService, { plan }: DeployedMember, used: boolean, id: string, request: string): Finding[] {
	const dot = id.indexOf(".");
	const route = dot === -1 ? null : id.slice(dot + 1);
	const evidence = [{ request, result: route === null ? "JSESSIONID without a route" : `JSESSIONID ends in .${route.slice(0, 40)}` }];
	const about = { service: service.plan.name, nodes: [plan.node], evidence };
	if (used && route !== plan.route) {
		const remedies = [jvmRoute(service, plan.route), affinity(service)];
		return [finding(KINDS, "session.route", { ...about, what: `The node's sessions do not end in .${plan.route}`, remedies })];
	}
	if (used || route === null) return [];
	return [
		finding(KINDS, "session.tag", {
			...about,
			what: "The node's sessions tell its name, for nothing",
			remedies: [{ ...jvmRoute(service, ""), lines: '<Engine name="Catalina" defaultHost="localhost">' }],
		}),
	];
}
