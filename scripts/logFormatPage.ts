import { DIRECTIVE_TEXTS } from "../src/log/directiveTexts.ts";

/** docs/log-format.md. @param note that it is generated */
export function logFormatPage(note: string): string {
	const rows = Object.entries(DIRECTIVE_TEXTS).map(([letter, { arguments: names, text }]) => {
		const forms = names.map((name) => `\`%${name === "" ? "" : `{${name}}`}${letter}\``);
		return `| ${forms.join(" ")} | ${text.replaceAll("|", "\\|")} |`;
	});
	return `# Log formats

${note}

\`accessLog.format\` is \`combined\`, \`common\`, \`json\`, or a LogFormat string of Apache httpd. Portico writes each directive as Apache does. A missing value is \`-\`.
An unknown directive is a problem of the configuration.

- Status codes limit a directive to those statuses: \`%400,501{User-Agent}i\`. With \`!\` in front they exclude them: \`%!200,304{Referer}i\`.
- \`<\` and \`>\` have no effect, since Portico has no internal redirects.
- In text, \`\\n\`, \`\\r\`, \`\\t\`, \`\\"\` and \`\\\\\` are as in Apache's configuration.

| directive | value |
| --- | --- |
${rows.join("\n")}

\`Name\` is a name of your choice. This format adds the request ID, the member and the durations to \`combined\`:

\`\`\`yaml
accessLog:
  path: "-"
  format: '%h %l %u %t "%r" %>s %b "%{Referer}i" "%{User-Agent}i" %L %{member}n %{ms}T %^FB'
\`\`\`
`;
}
