/** docs/reference/config.md, from the schema of the configuration. */
import { type JsonSchema, jsonSchema } from "../../src/config/schemaKeys.ts";
import { CONFIG_BLOCKS } from "./configBlocks.ts";
import { anchored, cell, NOTE, table } from "./markdown.ts";

const CONFIG_INTRODUCTION = `# Configuration: portico.yaml

${NOTE}

The configuration is one YAML 1.2 file. \`portico check FILE\` prints every problem with its line. \`portico explain FILE URL\` shows what happens to a request. Without FILE, both read \`./portico.yaml\`.
Editors complete the file with \`portico.schema.json\`:

\`\`\`yaml
# yaml-language-server: $schema=./portico.schema.json
\`\`\`

- **Durations** are a whole number and \`ms\`, \`s\`, \`m\`, \`h\` or \`d\`, for example \`10s\`.
- **Sizes** are a whole number and \`B\`, \`KB\`, \`MB\`, \`GB\` (powers of 1000) or \`KiB\`, \`MiB\`, \`GiB\` (powers of 1024), for example \`64KiB\`.
- A number without its unit is an error. \`0\` means no limit if the table says so.
- **\`\${NAME}\`** in a string is replaced by the environment variable. \`\${NAME:-text}\` is replaced by \`text\` if the variable is unset or empty. \`$\${\` is a literal \`\${\`.
- **\`\${file:/run/secrets/x}\`** in any string is replaced by the text of that file (at most 64 KiB), without the newline at its end. No message shows any of it.
- **File names** are relative to the directory of the file that contains them: portico.yaml, or one that it includes.
- Unknown keys are errors.
- The order of services and routes never matters. The most specific path wins, and a path in the file wins over a path of a preset ([which route wins](#which-route-wins)).
- [Products](products.md) lists the paths, ports and cookies that the presets know. [Path rules](path-rules.md) lists the paths that Portico refuses.

## Prefixes

| form | written | public path of \`/samlsso\` | a cookie with \`Path=/\` |
| --- | --- | --- | --- |
| dash | \`/is-\` | \`/is-samlsso\` | stays \`/\`: no path is common to the service |
| slash | \`/is/\` | \`/is/samlsso\` | becomes \`/is\` |
| none | \`/\`, or no \`prefix\` and a \`host\` of its own | \`/samlsso\` | stays \`/\` |
`;

export function configPage(): string {
	const sections: string[] = [];
	addSections(jsonSchema(), "", sections, new Map());
	return [CONFIG_INTRODUCTION, ...sections, headersSection(), precedenceSection()].join("\n");
}

/** One section for each map of the file, in the order of the schema. `seen`: where each is described, so that none is described twice. */
function addSections(schema: JsonSchema, path: string, sections: string[], seen: Map<string, string>): void {
	const properties = Object.entries(schema.properties ?? {});
	if (properties.length === 0) return;
	const keys = JSON.stringify(schema.properties);
	const before = seen.get(keys);
	if (before !== undefined) {
		sections.push(`${heading(path)}\n\nThe same keys as [\`${before}\`](#${before}).\n`);
		return;
	}
	seen.set(keys, path);
	const rows = properties.map(([key, property]) => {
		const isRequired = schema.required?.includes(key) ?? false;
		const initial = isRequired ? "**required**" : defaultOf(property);
		return [anchored(inside(path, key), key), typeOf(property), initial, cell(property.description ?? "")];
	});
	sections.push(`${heading(path)}\n\n${introduction(path)}${table(["key", "type", "default", "description"], rows)}${notes(path)}`);
	for (const [key, property] of properties) {
		const inner = inside(path, key);
		for (const [suffix, part] of mappingsIn(property)) addSections(part, inner + suffix, sections, seen);
	}
}

/** Purpose and example. */
function introduction(path: string): string {
	const block = CONFIG_BLOCKS[path];
	return block === undefined ? "" : `${block.purpose}\n\n\`\`\`yaml\n${block.example.trim()}\n\`\`\`\n\n`;
}

function notes(path: string): string {
	const lines = CONFIG_BLOCKS[path]?.notes ?? [];
	return lines.length === 0 ? "" : `\n${lines.map((line) => `- ${line}`).join("\n")}\n`;
}

function heading(path: string): string {
	return path === "" ? "## The file" : `<a id="${path}"></a>\n\n## \`${path}\``;
}

function inside(path: string, key: string): string {
	return path === "" ? key : `${path}.${key}`;
}

/** The maps in a value: itself, the elements of a list, the values under any name. */
function mappingsIn(schema: JsonSchema): [suffix: string, schema: JsonSchema][] {
	const found: [string, JsonSchema][] = [];
	if (schema.properties !== undefined) found.push(["", schema]);
	if (schema.items?.properties !== undefined) found.push(["[]", schema.items]);
	if (typeof schema.additionalProperties === "object" && schema.additionalProperties.properties !== undefined)
		found.push([".NAME", schema.additionalProperties]);
	const [alternative] = (schema.anyOf ?? []).filter(({ properties }) => properties !== undefined);
	if (alternative !== undefined) found.push(["", alternative]);
	return found;
}

function typeOf(schema: JsonSchema): string {
	if (schema.title !== undefined) return cell(schema.title);
	if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(" or ");
	if (schema.const !== undefined) return `\`${String(schema.const)}\``;
	if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(" or ");
	if (schema.type === "array") return `list of ${schema.items === undefined ? "values" : plural(typeOf(schema.items))}`;
	if (schema.type === "integer")
		return schema.maximum === undefined || schema.maximum > 1e15 ? "whole number" : `${schema.minimum ?? 0} to ${schema.maximum}`;
	if (schema.type === "object") return "map";
	return schema.type === "string" ? "string" : schema.type === "boolean" ? "boolean" : (schema.type ?? "");
}

function plural(type: string): string {
	return ["map", "string"].includes(type) ? `${type}s` : type;
}

const LONG = 60;

function defaultOf({ default: value, whenUnset }: JsonSchema): string {
	if (whenUnset !== undefined) return cell(whenUnset);
	if (value === undefined) return "–";
	if (typeof value === "object" && value !== null && Object.keys(value).length === 0) return Array.isArray(value) ? "none" : "";
	if (Array.isArray(value)) {
		const text = value.map((each) => `\`${String(each)}\``).join(", ");
		return text.length > LONG * 20 ? `${value.length} values` : text;
	}
	return `\`${typeof value === "string" ? value : JSON.stringify(value)}\``;
}

function headersSection(): string {
	return `## Headers

\`requestHeaders\` changes the headers of requests for the nodes, \`responseHeaders\` those of responses for the clients. Both can be set for the file, a service and a
route.

| key | written | effect | elsewhere |
| --- | --- | --- | --- |
| \`remove\` | list of names | removes all fields of that name | Apache \`Header unset\`, nginx \`proxy_hide_header\`, HAProxy \`del-header\` |
| \`default\` | names and values | adds the field if there is none of that name | Apache \`Header setifempty\` |
| \`set\` | names and values | replaces all fields of that name | Apache \`Header always set\`, nginx \`proxy_set_header\`, HAProxy \`set-header\` |
| \`add\` | names and values, or lists of values | adds one more field | Apache \`Header add\`, nginx \`add_header … always\`, HAProxy \`add-header\` |

A map without these keys is the short form of \`set\`: \`responseHeaders: { X-Frame-Options: DENY }\`.

\`\`\`yaml
requestHeaders:
  set: { X-Tenant: "{tenant}", X-Real-IP: "{client.address}" }
  remove: [ X-Debug ]
responseHeaders:
  set: { Strict-Transport-Security: max-age=31536000 }
  default: { Content-Security-Policy: "frame-ancestors 'self'" }
\`\`\`

1. For one name, \`remove\` comes first, then \`default\`, \`set\` and \`add\`. Together, \`remove\` and \`add\` replace a field with several lines.
2. A route takes precedence over its service, and a service over the file, separately for each name: the rules of a route for a name replace all other rules for that name.
3. \`inherit: false\` in a service or route drops all rules of the levels above: with \`responseHeaders: { inherit: false }\`, none of them applies to the route.
4. \`portico explain\` lists the rules of a request in their order, with their lines in the file.
5. Portico applies the rules after its own changes. Nodes get the value that a rule sets, never the client's value of that field. In requests, a name with underscores is
   the same as one with dashes.

**Variables.** \`{name}\` in a value is replaced. A field whose whole value is empty is not sent.

| variable | value |
| --- | --- |
| \`{client.address}\` | verified address of the client |
| \`{scheme}\` | \`https\` or \`http\`, as the client used it |
| \`{host}\` | public host of the request, with its port unless it is the default one |
| \`{host.label}\` | first label of that host: \`acme\` of \`acme.gw.example.com\` |
| \`{request.id}\` | id of the request, as in the logs |
| \`{service}\`, \`{route}\` | name of the service, id of the route; empty if no route was found |
| \`{tenant}\` | \`NAME\` of a node path \`/t/NAME/…\`, otherwise the part of the path that \`{tenant}\` in the route's path matches. Empty if it contains anything but letters, digits, \`.\`, \`_\` and \`-\` |

\`{{\` stands for \`{\`. A brace that no name follows is literal, so JSON (\`Report-To\`) needs no change.

**Portico's own responses** (error pages, the redirect to https) get the fields of \`responseHeaders\`: those of the route if one was found, otherwise those of the file. They
keep their own fields. Rules do not set their content and caching fields, for example \`Cache-Control\`. A Content-Security-Policy without \`style-src 'unsafe-inline'\` disables the
style of error pages.

- Over plain http, \`responseHeaders\` never sends \`Strict-Transport-Security\` (RFC 6797 section 7.2).
- A 304 response gets no \`default\` field. It gets an \`add\` field only if the node sent a field of that name: caches have stored the others (RFC 9111 section 3.2).
- In interim responses (103), Portico removes the fields of \`remove\` and \`set\` and adds none. It does not change a response that switches protocols (101).
- \`check\` rejects fields that would break a message or that nodes trust: fields for the connection, length and coding, \`Host\`, \`Cookie\`, \`Set-Cookie\`, \`Date\`,
  \`X-Forwarded-*\`, \`X-Request-Id\` and client certificates. \`X-Real-IP\` and similar fields can only be \`{client.address}\`.
`;
}

function precedenceSection(): string {
	return `## Which route wins

If several patterns cover a path, these rules decide, separately for each host. \`portico explain\` lists the patterns, the winner and the reason.

1. Among the routes of services of product \`http\`, the pattern with the most segments wins. If two have the same number, the first segment in which they differ
   decides: literal text wins over text with a \`{name}\`, which wins over a bare \`{name}\`. The rows of presets are compared in the same way.
2. The file takes precedence over presets. A row of a preset does not win because its pattern has more segments. With
   \`{ path: /t/mycompany, to: /t/carbon.super }\`, all of \`/t/mycompany\` goes to that service, including \`/t/mycompany/oauth2/token\`. The preset's row
   \`/t/{tenant}/oauth2/token\` still serves the other tenants. The same applies to blocked rows: if the nodes of such a service have consoles, block their paths
   below the route. \`check\` warns if it knows that they do.
3. A prefix is part of the file, so \`/is-oauth2/token\` goes to the service with the prefix \`/is-\` although another service has \`/\`. A path in \`routes\` or
   \`access\` of a WSO2 service is part of the file too: if it is deeper than the route of product \`http\`, it wins, with everything below it.
4. A row of a preset wins if it has literal text where the route of the file has a \`{name}\`: a route \`/{page}\` leaves \`/commonauth\` to Identity Server.
5. If a route of the file lists \`methods\`, the row of a preset that covers the path serves the other methods.

If no rule decides between two routes of the file, that is an error.
`;
}
