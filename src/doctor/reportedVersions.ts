/** The versions that the nodes report. Requests and fixes must suit those, whatever the file sets. */
import { lineOf, productOf } from "./checks/version.ts";
import { type DeployedService, type Deployment, servletMembers } from "./deployment.ts";
import type { DoctorSession } from "./doctorSession.ts";

/** The deployment with the versions of the nodes, for each service whose nodes all report the same one. */
export async function withReportedVersions(doctor: DoctorSession): Promise<Deployment> {
	const { deployment } = doctor;
	return { ...deployment, services: await Promise.all(deployment.services.map((service) => withVersion(doctor, service))) };
}

async function withVersion(doctor: DoctorSession, service: DeployedService): Promise<DeployedService> {
	const replies = await Promise.all(
		servletMembers(service).map((member) => doctor.member(service, member, service.product.doctor.versionPath)),
	);
	const reported = replies.flatMap((reply) => (reply.kind === "response" ? (productOf(reply.body) ?? []) : []));
	const [version, ...others] = new Set(
		reported.filter(({ product }) => product === service.plan.product).map((each) => lineOf(each.version)),
	);
	return version === undefined || others.length > 0 ? service : { ...service, version };
}
