/** All checks, in the order in which a person would check. */
import type { Check } from "./check.ts";
import { callbacks } from "./checks/callbacks.ts";
import { certificates } from "./checks/certificates.ts";
import { clock } from "./checks/clock.ts";
import { cookies } from "./checks/cookies.ts";
import { exposure } from "./checks/exposure.ts";
import { flows } from "./checks/flows.ts";
import { forwarding } from "./checks/forwarding.ts";
import { front } from "./checks/front.ts";
import { gateway } from "./checks/gateway.ts";
import { hairpin } from "./checks/hairpin.ts";
import { heads } from "./checks/heads.ts";
import { health } from "./checks/health.ts";
import { hsts } from "./checks/hsts.ts";
import { leaks } from "./checks/leaks.ts";
import { oidc } from "./checks/oidc.ts";
import { portals } from "./checks/portals.ts";
import { ports } from "./checks/ports.ts";
import { roles } from "./checks/roles.ts";
import { running } from "./checks/running.ts";
import { saml } from "./checks/saml.ts";
import { sessions } from "./checks/sessions.ts";
import { transport } from "./checks/transport.ts";
import { version } from "./checks/version.ts";

export const CHECKS: readonly Check[] = [
	...[front, ports, certificates, version, health, running],
	...[oidc, saml, portals, callbacks, gateway, leaks],
	...[cookies, sessions, flows, heads, forwarding, clock],
	...[exposure, hsts, transport, hairpin, roles],
];
