/** docs/reference/admin-api.md, from the model of the admin API. */
import { componentSchemas, type JsonSchema } from "../../src/admin/jsonSchemas.ts";
import { MODEL } from "../../src/admin/model.ts";
import { cell, NOTE, table } from "./markdown.ts";

const INTRODUCTION = `# Admin API

${NOTE}

With [\`admin\`](config.md#admin) in portico.yaml, Portico reports its state and accepts changes at run time, on a separate address. Clients of the listeners cannot reach this server.

\`\`\`yaml
admin: { address: 127.0.0.1:9990 }
\`\`\`

The [commands](cli.md) \`status\`, \`drain\`, \`enable\`, \`disable\`, \`weight\`, \`maintenance\` and \`reload\` use this API. \`portico demo\` prints the address of its own admin server.

| method and path | request | response |
| --- | --- | --- |
| \`GET /livez\` | | 200 while the process is alive |
| \`GET /readyz\` | | 200 if every worker accepts connections; 503 during startup, while new clients are refused because memory is short, and after TERM. The body has the reason. |
| \`GET /metrics\` | | [metrics](metrics.md) in the text format of Prometheus |
| \`GET /api/v1/status\` | | [\`Status\`](#status): services, pools, nodes and members, with health, admin state and load; internal addresses that reached clients |
| \`GET /api/v1/nodes/{name}\` | | [\`Node\`](#node) |
| \`PATCH /api/v1/nodes/{name}\` | [\`Change\`](#change) | changes all members of the node; the new [\`Node\`](#node) |
| \`GET /api/v1/members/{name}\` | | [\`Member\`](#member); the slash in its name is encoded: \`is-1%2Fservlet\` |
| \`PATCH /api/v1/members/{name}\` | [\`Change\`](#change) | changes the member; the new [\`Member\`](#member) |
| \`POST /api/v1/reload\` | [\`Reload\`](#reload), for example \`{}\` | 200 with [\`Reloaded\`](#reloaded), or 409 with [\`NotReloaded\`](#notreloaded). See [Reload](../how-to/reload.md). |
| \`POST /api/v1/maintenance\` | [\`Maintenance\`](#maintenance), for example \`{"on":true,"service":"is"}\` | switches [maintenance mode](../how-to/redirects-and-pages.md); 200 with [\`Maintained\`](#maintained) |
| \`GET /api/v1/openapi.json\` | | this API as an OpenAPI 3.1 document |

The status is 400 for a malformed request, 401 without a valid token, 403 for a wrong Host or Origin, and 404 for an unknown name. The body is then an [\`Error\`](#error).

## Access

- **From loopback**, every process on the machine has access, without a token. A request that a proxy forwards (\`X-Forwarded-For\`, \`Forwarded\`, \`Via\`, …) is treated as a request from outside.
- **From outside**, a request needs one of the \`tokens\`, sent as \`Authorization: Bearer …\`. This includes the probes and the metrics. Portico does not start if the address is reachable from outside and there is no
  token.
- With \`openProbes: true\`, \`/livez\` and \`/readyz\` need no token and accept any Host (or none, over HTTP/1.0), so that kubelet or another load balancer can use them.
- The admin server has no TLS. Put it on a management network, or reach it through SSH.
- **\`Host\`** must be \`localhost\`, a loopback address, the address itself, or one of \`hosts\`. An \`Origin\` must equal the Host. So a web page in a browser on this machine can neither forge requests nor point its own
  name to this server.
- Changes must be JSON with its Content-Type. The control log records every change as [\`admin_changed\`](log-events.md#admin_changed), with the id of the token, never the token itself.
- Loopback may open 256 connections, all other addresses together another 256, and each address (or IPv6 /64 network) 64. A new connection beyond a limit closes an older one of the address that has the most, an
  idle one if possible. Connections that are held open therefore cannot block probes.

\`\`\`yaml
admin:
  address: 10.0.0.5:9990
  hosts: [ lb-1.internal ]
  tokens:
    - { id: ops, secret: "\${ADMIN_TOKEN:-only-an-example-of-32-characters}" }
  openProbes: true
\`\`\`

## Objects

Fields may be added. Times are in ISO 8601, in UTC.
`;

/** Parts that are no object of the API's own. */
const LEFT_OUT = ["OpenApi"];

export function adminApiPage(): string {
	const schemas = componentSchemas(Object.values(MODEL));
	const sections = Object.entries(schemas)
		.filter(([name]) => !LEFT_OUT.includes(name))
		.sort(([a], [b]) => (a < b ? -1 : 1))
		.map(([name, schema]) => `### ${name}\n\n${table(["field", "type", "description"], rowsOf(schema, ""))}`);
	return [INTRODUCTION, ...sections].join("\n");
}

/** One row a field; fields of objects inside have dots in their names. */
function rowsOf(schema: JsonSchema, before: string): string[][] {
	return Object.entries(partsOf(schema.properties)).flatMap(([key, property]) => {
		const name = before + key;
		const inner =
			schema.type === "object" && property.type === "array"
				? { schema: partsOf({ items: property.items }).items, suffix: "[]." }
				: { schema: property, suffix: "." };
		const nested = inner.schema?.properties === undefined ? [] : rowsOf(inner.schema, name + inner.suffix);
		return [[`\`${name}\``, typeOf(property), cell(String(property.description ?? ""))], ...nested];
	});
}

function typeOf(schema: JsonSchema): string {
	if (typeof schema.$ref === "string") return `[\`${nameOf(schema.$ref)}\`](#${nameOf(schema.$ref).toLowerCase()})`;
	if (Array.isArray(schema.enum)) return schema.enum.map((value) => `\`${String(value)}\``).join(" or ");
	if (Array.isArray(schema.anyOf)) return schema.anyOf.map((each) => typeOf(partsOf({ each }).each ?? {})).join(" or ");
	if (schema.type === "array") return `list of ${typeOf(partsOf({ items: schema.items }).items ?? {})}`;
	if (schema.format === "date-time") return "time";
	return Array.isArray(schema.type) ? schema.type.join(" or ") : String(schema.type ?? "any");
}

const nameOf = (reference: string): string => reference.slice(reference.lastIndexOf("/") + 1);

function partsOf(value: unknown): Record<string, JsonSchema> {
	if (typeof value !== "object" || value === null) return {};
	return Object.fromEntries(Object.entries(value).filter(([, each]) => typeof each === "object" && each !== null));
}
