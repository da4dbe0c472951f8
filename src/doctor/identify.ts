/** Which versions the nodes say they are: what is asked of them, and the lines that mend them, have to suit those, whatever the file says. */
import { lineOf, productOf } from "./checks/version.ts";
import type { DoctorSession } from "./examination.ts";
import { type Deployment, type SiteService, servletMembers } from "./site.ts";

/** The site with the nodes' own versions, where all that answer are of the same one. */
export async function identified(examination: DoctorSession): Promise<Deployment> {
	const { site } = examination;
	return { ...site, services: await Promise.all(site.services.map((service) => withVersion(examination, service))) };
}

async function withVersion(examination: DoctorSession, service: SiteService): Promise<SiteService> {
	const replies = await Promise.all(
		servletMembers(service).map((member) => examination.member(service, member, service.product.doctor.versionPath)),
	);
	const said = replies.flatMap((reply) => (reply.kind === "answer" ? (productOf(reply.body) ?? []) : []));
	const [version, ...others] = new Set(said.filter(({ product }) => product === service.plan.product).map((each) => lineOf(each.version)));
	return version === undefined || others.length > 0 ? service : { ...service, version };
}
