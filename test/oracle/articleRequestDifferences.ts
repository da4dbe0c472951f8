/** The differences in what is taken and refused, and where it goes. */
import type { DifferenceGroup } from "./articleDifferences.ts";

export const REQUEST_DIFFERENCES: readonly DifferenceGroup[] = [
	{
		title: "The rule without its condition",
		why: "As printed, the file for Identity Server refuses every request. All other rows about it use the condition of the other file.",
		rows: [["IS file as printed", "outcome", "403", "200 from is 9763: GET /samlsso?SAMLRequest=a"]],
	},
	{
		title: "Methods",
		why: "405 with Allow shows the problem (RFC 9110 section 15.5.6), 403 does not. With OPTIONS, browsers check whether a page of another origin may call an API (CORS), so Portico allows it where such pages call APIs. Login pages accept the methods that forms and links use.",
		rows: [
			["TRACE", "outcome", "403", "405, Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"],
			["TRACE at IS", "outcome", "403", "405, Allow: GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS"],
			["OPTIONS on a page", "outcome", "403", "405, Allow: GET, HEAD, POST"],
			["OPTIONS at IS", "outcome", "403", "405, Allow: GET, HEAD, POST"],
			["OPTIONS on an API", "outcome", "403", "200 from apim 8280: OPTIONS /t/acme.com/pizzashack/1.0.0"],
			["OPTIONS on the token endpoint", "outcome", "403", "200 from apim 8280: OPTIONS /token"],
			["PUT on a page", "outcome", "200 from apim 9763: PUT /commonauth", "405, Allow: GET, HEAD, POST"],
		],
	},
	{
		title: "Paths that escape a prefix",
		why: "Tomcat removes `;parameters` before it resolves dots, Apache does not. A path that Apache treats as a page below a mapped path is then the admin console for the node. Portico refuses ambiguous paths, even if every reading is harmless.",
		rows: [
			["out of /t by a parameter", "outcome", "200 from apim 8280: GET /t/..;/carbon/", "400"],
			["out of /t by two", "outcome", "200 from apim 8280: GET /t/acme.com/..;/..;/carbon/admin/login.jsp", "400"],
			["out of the login pages by a parameter", "outcome", "200 from apim 9763: GET /authenticationendpoint/..;/carbon/", "400"],
			["out of the login pages by an encoded one", "outcome", "200 from apim 9763: GET /authenticationendpoint/..;a=b/carbon/", "400"],
			["IS out of the login pages by a parameter", "outcome", "200 from is 9763: GET /authenticationendpoint/..;/carbon/", "400"],
			["out of the login pages by dots", "outcome", "404", "400"],
			["out of the login pages by encoded dots", "outcome", "404", "400"],
			["dots that stay", "outcome", "200 from apim 9763: GET /authenticationendpoint/login.do", "400"],
			["session id in a login path", "outcome", "200 from apim 9763: GET /authenticationendpoint/login.do;jsessionid=1", "400"],
			["backslash", "outcome", "200 from apim 8280: GET /t/acme.com/a%5Cb", "400"],
			["NUL", "outcome", "404", "400"],
		],
	},
	{
		title: "Paths of APIs",
		why: "The path belongs to the API, so Portico forwards it unchanged. Apache decodes and encodes it again, merges slashes and refuses encoded ones.",
		rows: [
			["encoded slash in an API", "outcome", "404", "200 from apim 8280: GET /t/acme.com/files/1.0.0/a%2Fb"],
			["double slash in an API", "outcome", "200 from apim 8280: GET /t/acme.com/files", "200 from apim 8280: GET /t/acme.com//files"],
			[
				"encoded letter in an API",
				"outcome",
				"200 from apim 8280: GET /t/acme.com/~user/a+b",
				"200 from apim 8280: GET /t/acme.com/%7Euser/a%2Bb",
			],
			["WebSocket API", "outcome", "200 from apim 8280: GET /t/acme.com/chat/1.0.0", "200 from apim 9099: GET /t/acme.com/chat/1.0.0"],
			["WebSocket API", "Upgrade at the node", "", "websocket"],
		],
	},
	{
		title: "Served paths",
		why: "The two files list only a few contexts, and a login needs more. Portico serves every public path of the products, including APIs in any context. It distinguishes a tenant's pages from its APIs and explicitly blocks consoles and management paths. One host serves both products.",
		rows: [
			["token endpoint of the key manager", "outcome", "404", "200 from apim 9763: POST /oauth2/token"],
			["IS token endpoint", "outcome", "404", "200 from is 9763: POST /oauth2/token"],
			["API of the super tenant", "outcome", "404", "200 from apim 8280: GET /pizzashack/1.0.0/menu"],
			["longer than a context", "outcome", "404", "200 from apim 8280: GET /tokens"],
			["other product's path", "outcome", "404", "200 from is 9763: GET /samlsso"],
			[
				"tenant login",
				"outcome",
				"200 from apim 8280: GET /t/acme.com/authenticationendpoint/login.do",
				"200 from apim 9763: GET /t/acme.com/authenticationendpoint/login.do",
			],
			["tenant console", "outcome", "200 from apim 8280: GET /t/acme.com/carbon/", "403"],
			["admin console", "outcome", "404", "403"],
			["admin services", "outcome", "404", "403"],
			["IS console", "outcome", "404", "403"],
			["IS health", "outcome", "404", "403"],
			["IS user management", "outcome", "404", "403"],
		],
	},
	{
		title: "Requests for other hosts, and large requests",
		why: "Portico refuses unknown hosts; otherwise redirects would contain them. Logins over several identity providers accumulate cookies: Portico accepts 64 KiB, Apache 8 KiB per header.",
		rows: [
			["of another Host", "outcome", "302 from apim 9763: GET /oauth2/authorize", "421"],
			["16 KiB of cookies", "outcome", "400", "200 from apim 9763: GET /oauth2/authorize"],
		],
	},
];
