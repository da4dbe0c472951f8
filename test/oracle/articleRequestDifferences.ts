/** The differences in what is taken and refused, and where it goes. */
import type { DifferenceGroup } from "./articleDifferences.ts";

export const REQUEST_DIFFERENCES: readonly DifferenceGroup[] = [
	{
		title: "The rule without its condition",
		why: "As printed, Identity Server's file refuses every request. All other rows about it are with the condition of the other file.",
		rows: [["IS file as printed", "outcome", "403", "200 from is 9763: GET /samlsso?SAMLRequest=a"]],
	},
	{
		title: "Methods",
		why: "405 with Allow says what is wrong (RFC 9110 section 15.5.6), 403 does not. OPTIONS is how browsers ask whether a page of another origin may call an API (CORS), so it passes where such pages call. Login pages take what forms and links send.",
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
		title: "Ways out of a prefix",
		why: "Tomcat cuts `;parameters` off before it resolves dots, Apache does not: what Apache takes for a page below a mapped path is the admin console for the node. Portico refuses paths that can be read in more than one way, also those that another reader would resolve to something harmless.",
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
		why: "The path belongs to the API, so it arrives as it was sent: Apache decodes and encodes it anew, joins slashes and refuses encoded ones.",
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
		title: "What is served",
		why: "The two files list a few contexts; a login needs more of them. Portico serves what the products have for everyone, APIs of every context among it, tells a tenant's pages from a tenant's APIs, and refuses consoles and management by name. One host serves both products.",
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
		title: "Requests that are not for us, and large ones",
		why: "A host that is not ours is refused, or redirects would name it. Logins over several identity providers collect cookies: 64 KiB are taken, Apache takes 8 KiB in one field.",
		rows: [
			["of another Host", "outcome", "302 from apim 9763: GET /oauth2/authorize", "421"],
			["16 KiB of cookies", "outcome", "400", "200 from apim 9763: GET /oauth2/authorize"],
		],
	},
];
