import assert from "node:assert/strict";
import { test } from "node:test";
import { bare, check, checkUntouched, dash, type Rows, rewritten, slash, urlMapOf } from "./body.fixture.ts";
import { BodyRewriter } from "./bodyRewriter.ts";

test("every origin that a node may name becomes the public one, with the path mapped", () => {
	check([
		['<a href="https://localhost:9443/oauth2/authorize?a=b">', '<a href="https://sso.example.com/is-oauth2/authorize?a=b">'],
		["<a href='http://10.0.0.11:9763/samlsso'>", "<a href='https://sso.example.com/is-samlsso'>"],
		["https://IS-1.Internal:9443/unknown", "https://sso.example.com/is-unknown"],
		['//localhost:9443/x, "//localhost:9443/x"', '//localhost:9443/x, "//sso.example.com/is-x"'],
		["https://localhost:9443/carbon/../samlsso", "https://sso.example.com/is-samlsso"],
		["https://[::1]:9443/samlsso", "https://sso.example.com/is-samlsso"],
		["https://localhost/samlsso https://localhost:443/samlsso", "https://sso.example.com/is-samlsso https://sso.example.com/is-samlsso"],
		["https://sso.example.com:9443/samlsso", "https://sso.example.com/is-samlsso"],
		["https://apim-1.internal:9443/devportal/", "https://sso.example.com/apim-devportal/"],
		["HTTPS://localhost:9443/samlsso", "https://sso.example.com/is-samlsso"],
	]);
	check([["https://localhost:9443/samlsso", "https://sso.example.com/is/samlsso"]], { urls: slash });
	check([["https://localhost:9443/samlsso", "https://sso.example.com/samlsso"]], { urls: bare });
});

test("an origin alone gets no slash more, since scripts join it with a path", () => {
	check([['var base = "https://localhost:9443";', 'var base = "https://sso.example.com";']], { kind: "script" });
	check([['var base = "https://localhost:9443";', 'var base = "https://sso.example.com/is";']], { kind: "script", urls: slash });
});

test("a path that is joined to an origin gets the prefix once, wherever that origin comes from", () => {
	check(
		[
			['window.location.origin + "/scim2/Me"', 'window.location.origin + "/is/scim2/Me"'],
			["`${location.origin}/scim2/Me`", "`${location.origin}/is/scim2/Me`"],
			['"".concat(origin,"/scim2/Me")', '"".concat(origin,"/is/scim2/Me")'],
			// Its value has the prefix already.
			['config.serverOrigin + "/scim2/Me"', 'config.serverOrigin + "/scim2/Me"'],
			['"".concat(e.serverHost,"/scim2/Me")', '"".concat(e.serverHost,"/scim2/Me")'],
			["`${this.idp.origin}/scim2/Me`", "`${this.idp.origin}/scim2/Me`"],
		],
		{ kind: "script", urls: slash },
	);
	check([['config.serverOrigin + "/scim2/Me"', 'config.serverOrigin + "/is-scim2/Me"']], { kind: "script" });
});

test("our own name with a path that lacks its prefix, or with the wrong scheme", () => {
	check([
		["https://sso.example.com/commonauth", "https://sso.example.com/is-commonauth"],
		["http://sso.example.com/is-commonauth", "https://sso.example.com/is-commonauth"],
		["http://sso.example.com:80/", "https://sso.example.com/"],
	]);
	checkUntouched(["https://sso.example.com/", "https://sso.example.com/apim-devportal", "https://sso.example.com/imprint"]);
});

test("endpoints of WebSocket are mapped as what they share a port with", () => {
	const gateway = urlMapOf({
		nodeOrigins: ["https://localhost:9443", "http://localhost:9763", "http://gw.internal:9099", "https://gw.internal:8099"],
	});
	check(
		[
			['new WebSocket("wss://localhost:9443/carbon/x?y")', 'new WebSocket("wss://sso.example.com/is-carbon/x?y")'],
			["'ws://gw.internal:9099/chat/1.0'", "'wss://sso.example.com/is-chat/1.0'"],
			["`wss://GW.internal:8099/chat`", "`wss://sso.example.com/is-chat`"],
			['{"url":"wss:\\/\\/gw.internal:8099\\/chat"}', '{"url":"wss:\\/\\/sso.example.com\\/is-chat"}'],
			["?u=ws%3A%2F%2Fgw.internal%3A9099%2Fchat&a", "?u=wss%3A%2F%2Fsso.example.com%2Fis-chat&a"],
			["WSS://localhost:9443/carbon", "wss://sso.example.com/is-carbon"],
			['"wss://sso.example.com/commonauth"', '"wss://sso.example.com/is-commonauth"'],
			['"ws://sso.example.com/is-commonauth"', '"wss://sso.example.com/is-commonauth"'],
			["default-src 'self'; connect-src wss://localhost:9443;", "default-src 'self'; connect-src wss://sso.example.com;"],
		],
		{ urls: gateway, kind: "script" },
	);
	checkUntouched(
		[
			"wss://gw.internal:9443/",
			"news://localhost:9443/x",
			"xws://localhost:9443/x",
			"s://localhost:9443/x",
			"wss://localhost:9443@evil.example/",
		],
		{
			urls: gateway,
			kind: "script",
		},
	);
	const plain = urlMapOf({ publicOrigin: "http://sso.example.com" });
	check([["'wss://localhost:9443/carbon'", "'ws://sso.example.com/is-carbon'"]], { urls: plain, kind: "script" });
});

test("foreign places stay, however much they look like ours", () => {
	checkUntouched([
		"https://localhost:9444/samlsso",
		"https://localhost:94431/samlsso",
		"https://localhost:9443.evil.example/samlsso",
		"https://localhost:9443@evil.example/",
		"https://localhost:9443:80/",
		"https://user@localhost:9443/",
		"https://evil.example/https/localhost:9443/",
		"https://evil.example//localhost:9443/samlsso",
		"https://localhost.evil.example/samlsso",
		"https://notlocalhost:9443/samlsso",
		"xhttps://localhost:9443/samlsso",
		"ftp://localhost:9443/samlsso",
		"https://localhost:9443&#64;evil.example/",
		"https%3A%2F%2Flocalhost%3A9443%40evil.example%2F",
		"https%3A%2F%2Frp.example.com%2Fcallback",
		"https://rp.example.com/oauth2/authorize",
	]);
});

test("a foreign URL is not looked into, however it is written and whatever it holds", () => {
	checkUntouched([
		"https://rp.example.com/cb?next=https://localhost:9443/samlsso",
		"https://rp.example.com/cb?a=b&amp;next=https://localhost:9443/samlsso#https://localhost:9443/",
		"https://rp.example.com/https://localhost:9443/samlsso",
		"https://rp.example.com/cb?next=https%3A%2F%2Flocalhost%3A9443%2Fsamlsso&a=https%3A%2F%2Flocalhost%3A9443%2F",
		'"https:\\/\\/rp.example.com\\/cb?next=https:\\/\\/localhost:9443\\/samlsso"',
		'"https://rp.example.com/cb?next\\u003dhttps://localhost:9443/samlsso\\u0026a\\u003dhttps://localhost:9443/"',
		"?redirect_uri=https%3A%2F%2Frp.example.com%2Fcb%3Fnext%3Dhttps%253A%252F%252Flocalhost%253A9443%252F%26u%3Dhttps%3A%2F%2Flocalhost%3A9443",
		"https&#x3a;&#x2f;&#x2f;rp.example.com&#x2f;cb&#x3f;u&#x3d;https&#x3a;&#x2f;&#x2f;localhost&#x3a;9443&#x2f;",
		'<a href="//rp.example.com/?https://localhost:9443/samlsso">',
		"com.example.app://cb?next=https://localhost:9443/samlsso",
		"https://localhost:9443.evil.example/?https://localhost:9443/samlsso",
		"https://localhost:9443@evil.example/?https://localhost:9443/samlsso",
	]);
	const ours = "https://localhost:9443/samlsso";
	const publicly = "https://sso.example.com/is-samlsso";
	check(
		[
			(url: string) => `"https://rp.example.com/cb","${url}"`,
			(url: string) => `<a href=https://rp.example.com/cb>${url}</a>`,
			(url: string) => `https://rp.example.com/cb ${url}`,
			(url: string) => `https://rp.example.com,${url}`,
			(url: string) => `regexp=(https://rp.example.com/cb|${url})`,
			(url: string) => `{&quot;a&quot;:&quot;https://rp.example.com&quot;,&quot;b&quot;:&quot;${url}&quot;}`,
			(url: string) => `"https://rp.example.com\\n${url}"`,
			(url: string) => `/samlsso?a=https://rp.example.com/cb&b=${url}`,
			(url: string) => `/samlsso?x&amp;a=https://rp.example.com/cb&amp;b=${url}`,
			(url: string) => `/samlsso?a=https%3A%2F%2Frp.example.com&b=${encodeURIComponent(url)}`,
			(url: string) => `?a=${encodeURIComponent(`["https://rp.example.com","${url}"]`)}`,
			(url: string) => `?a=${encodeURIComponent(`https://rp.example.com ${url}`)}`,
			(url: string) => encodeURIComponent(`/x?a=${encodeURIComponent("https://rp.example.com")}&b=${encodeURIComponent(url)}`),
			(url: string) => `https://rp.example.com/${"x".repeat(5000)}?u=${url}`,
		].map((text) => [text(ours), text(publicly)] as const),
	);
});

test("a URL in the path of another one belongs to it", () => {
	checkUntouched([
		'"/proxy/https://localhost:9443/samlsso"',
		"%2Fproxy%2Fhttps%3A%2F%2Flocalhost%3A9443%2Fsamlsso",
		"/https:\\/\\/localhost:9443\\/samlsso/.test(url)",
		"svn+https://localhost:9443/samlsso",
	]);
	check([
		["https://localhost:9443/https://localhost:9443/samlsso", "https://sso.example.com/is-https://localhost:9443/samlsso"],
		["https%3A%2F%2Flocalhost%3A9443%2Fx%2Fhttps://localhost:9443/a", "https%3A%2F%2Fsso.example.com%2Fis-x%2Fhttps://localhost:9443/a"],
	]);
});

test("in strings of scripts and JSON, in parameters, and as JSPs encode for HTML", () => {
	check([
		["https:\\/\\/localhost:9443\\/samlsso", "https:\\/\\/sso.example.com\\/is-samlsso"],
		["https:\\/\\/is\\-1.internal:9443\\/samlsso", "https:\\/\\/sso.example.com\\/is-samlsso"],
		["?u=https%3A%2F%2Flocalhost%3A9443%2Fsamlsso%3Fa%3Db&c", "?u=https%3A%2F%2Fsso.example.com%2Fis-samlsso%3Fa%3Db&c"],
		["?u=https%3a%2f%2flocalhost%3a9443%2fsamlsso", "?u=https%3a%2f%2fsso.example.com%2fis-samlsso"],
		["?u=https:%2F%2Flocalhost:9443%2Fsamlsso", "?u=https:%2F%2Fsso.example.com%2Fis-samlsso"],
		["?u=x%3Dhttps%253A%252F%252Flocalhost%253A9443%252Fsamlsso", "?u=x%3Dhttps%253A%252F%252Fsso.example.com%252Fis-samlsso"],
		["https&#x3a;&#x2f;&#x2f;localhost&#x3a;9443&#x2f;samlsso", "https&#x3a;&#x2f;&#x2f;sso.example.com&#x2f;is-samlsso"],
		["https&#58;&#47;&#47;localhost&#58;9443&#47;samlsso", "https&#58;&#47;&#47;sso.example.com&#47;is-samlsso"],
		["\\u0022https:\\u002f\\u002flocalhost:9443\\u002fsamlsso", "\\u0022https:\\u002f\\u002fsso.example.com\\u002fis-samlsso"],
		["\\x22https\\x3A\\x2F\\x2Flocalhost\\x3A9443\\x2Fsamlsso\\x22", "\\x22https\\x3A\\x2F\\x2Fsso.example.com\\x2Fis-samlsso\\x22"],
	]);
});

test("callbacks stay as they were registered, as they do in a Location", () => {
	checkUntouched([
		"/authorize?redirect_uri=https%3A%2F%2Flocalhost%3A9443%2Fpublisher%2Fcb&amp;x",
		"/logout?post_logout_redirect_uri=https%3A%2F%2Flocalhost%3A9443%2Fpublisher%2Fcb",
		"/authorize?redirect_uri=https%3A%2F%2Frp.example.com%2Foauth2%2Fauthorize&amp;x",
	]);
});

test("paths of the product without an origin, where a reference begins", () => {
	check([
		['<form action="/commonauth">', '<form action="/is-commonauth">'],
		["<a href=/samlsso?x>", "<a href=/is-samlsso?x>"],
		['<script src="/carbon/admin/js/csrfPrevention.js">', '<script src="/is-carbon/admin/js/csrfPrevention.js">'],
		["var a = '/longwaitstatus';", "var a = '/is-longwaitstatus';"],
		['"/t/acme.com/oauth2/token"', '"/is-t/acme.com/oauth2/token"'],
		['"/t/acme.com/o/1/scim2/Users"', '"/is-t/acme.com/o/1/scim2/Users"'],
		['"/api/users/v1/me"', '"/is-api/users/v1/me"'],
		['<meta content="0;url=/console">', '<meta content="0;url=/is-console">'],
		['<div style="background:url(/carbon/a.png)">', '<div style="background:url(/is-carbon/a.png)">'],
		['data-x="{&quot;a&quot;:&quot;/oauth2/token&quot;}"', 'data-x="{&quot;a&quot;:&quot;/is-oauth2/token&quot;}"'],
		['action="&#x2f;commonauth"', 'action="&#x2f;is-commonauth"'],
		['{"a":"\\/oauth2\\/token"}', '{"a":"\\/is-oauth2\\/token"}'],
		["`/scim2/Users/${id}`", "`/is-scim2/Users/${id}`"],
	]);
	checkUntouched([
		'"/commonauths"',
		'"/api/users/v1/you"',
		'"/api/users"',
		'"/unknown"',
		'"/"',
		"text /commonauth text",
		'"https://rp.example.com/commonauth"',
		"?callerPath=/samlsso&x",
		'"/t/acme.com"',
		'"/is-commonauth"',
		'"/apim-devportal"',
	]);
});

test("what a form sends back to its node keeps its paths", () => {
	checkUntouched(['<input type="hidden" name="commonAuthCallerPath" value="/samlsso">', "<input name='x' value = '../commonauth'/>"]);
});

test("a path that a script joins to another one stays; joined to an origin it is one of the root", () => {
	checkUntouched(['go(context + "/oauth2/token")', 'x = base+"/scim2"']);
	check([
		['location.origin + "/oauth2/token"', 'location.origin + "/is-oauth2/token"'],
		['o.concat(window.location.host,"/scim2/Me")', 'o.concat(window.location.host,"/is-scim2/Me")'],
		["`${window.location.origin}/scim2/Me`", "`${window.location.origin}/is-scim2/Me`"],
	]);
	checkUntouched(["`${base}/scim2/Me`"]);
});

test("so it is where a compiler made calls of template strings", () => {
	check([
		['"".concat(window.location.origin,"/scim2/Me")', '"".concat(window.location.origin,"/is-scim2/Me")'],
		['"".concat(e.serverHost, "/scim2/Me")', '"".concat(e.serverHost, "/is-scim2/Me")'],
		['location.origin.concat("/scim2/Me")', 'location.origin.concat("/is-scim2/Me")'],
		['"".concat("/scim2/").concat(e)', '"".concat("/is-scim2/").concat(e)'],
		['a.concat(b),f(c,"/scim2/Me")', 'a.concat(b),f(c,"/is-scim2/Me")'],
		['a.concat(b,f("/scim2/Me"))', 'a.concat(b,f("/is-scim2/Me"))'],
		['a.concat(f(b,"/scim2/Me"))', 'a.concat(f(b,"/is-scim2/Me"))'],
	]);
	checkUntouched([
		'"".concat(e,"/t/").concat(t,"/scim2/Me")',
		'"".concat(f(e,g()),"/oauth2/token")',
		'issuer.concat("/oauth2/token")',
		"''.concat(issuer, '/oauth2/token', \"/samlsso\")",
	]);
});

test("values of JSON are references, keys are not", () => {
	check([['{"self":"/scim2/Me", "a": ["/scim2/Users"]}', '{"self":"/is-scim2/Me", "a": ["/is-scim2/Users"]}']], { kind: "json" });
	check(
		[
			['["/scim2/Me", "/scim2/Users"]', '["/is-scim2/Me", "/is-scim2/Users"]'],
			['{"a":[1,"x",["/carbon","/scim2"]]}', '{"a":[1,"x",["/is-carbon","/is-scim2"]]}'],
			['{"a":"{\\"u\\": \\"/scim2/Me\\",\\"/carbon\\":1}"}', '{"a":"{\\"u\\": \\"/is-scim2/Me\\",\\"/carbon\\":1}"}'],
		],
		{ kind: "json" },
	);
	checkUntouched(['{"paths":{"/scim2/Me":{},"/scim2/Users":{}}}', '{"a":["b"],"/scim2/Me":{}}', '{"a":"x[","/scim2/Me":{}}'], {
		kind: "json",
	});
});

test("a relative reference is followed from the page's place, and changed only where browsers would get elsewhere", () => {
	check([
		['<form action="../commonauth">', '<form action="/is-commonauth">'],
		['<form action="../../commonauth">', '<form action="/is-commonauth">'],
		["action='..&#x2f;commonauth'", "action='&#x2f;is-commonauth'"],
		['x("..\\/commonauth")', 'x("\\/is-commonauth")'],
	]);
	checkUntouched(['<form action="../unknown">', '<a href="authenticate.do">', 'x = y + "../commonauth"']);
	checkUntouched(['<form action="../commonauth">'], {
		urls: slash,
		base: { node: "/authenticationendpoint/", public: "/is/authenticationendpoint/" },
	});
	check([['<form action="../../commonauth">', '<form action="/is/commonauth">']], {
		urls: slash,
		base: { node: "/authenticationendpoint/", public: "/is/authenticationendpoint/" },
	});
	const tenant = { node: "/t/acme.com/authenticationendpoint/", public: "/is-t/acme.com/authenticationendpoint/" };
	checkUntouched(['<form action="../commonauth">'], { base: tenant });
	checkUntouched(['x("../commonauth")'], { kind: "script" });
	check([["url(../carbon/a.png)", "url(/is-carbon/a.png)"]], { kind: "css" });
});

test("a page with a base of its own keeps its relative references", () => {
	const page = '<base href="/console/"><form action="../commonauth">';
	check([[page, '<base href="/is-console/"><form action="../commonauth">']]);
	check([
		["<BASE target=x href=/console/><form action='../commonauth'>", "<BASE target=x href=/is-console/><form action='../commonauth'>"],
	]);
});

test("an issuer stays what tokens say it is", () => {
	const discovery = '{"issuer":"https://localhost:9443/oauth2/token","token_endpoint":"https://localhost:9443/oauth2/token"}';
	const expected = '{"issuer":"https://localhost:9443/oauth2/token","token_endpoint":"https://sso.example.com/is-oauth2/token"}';
	check([[discovery, expected]], { kind: "json" });
	checkUntouched(['{"iss" : "https:\\/\\/localhost:9443"}', '{"aud":"https://localhost:9443/oauth2/token"}'], { kind: "json" });
	checkUntouched(['const a = { idpIssuer: "https://localhost:9443/oauth2/token" }', "var issuer='https://localhost:9443'"], {
		kind: "script",
	});
	checkUntouched(
		[
			'{"aud":["https://localhost:9443/oauth2/token"]}',
			'{"aud" : [ "a","https:\\/\\/localhost:9443", "https://localhost:9443/oauth2/token" ]}',
			'{"idpEntityId":"https://localhost:9443"}',
		],
		{ kind: "json" },
	);
	check(
		[
			['{"aud":["a"],"b":["https://localhost:9443/x"]}', '{"aud":["a"],"b":["https://sso.example.com/is-x"]}'],
			['{"aud":["a",{"b":"https://localhost:9443/x"}]}', '{"aud":["a",{"b":"https://sso.example.com/is-x"}]}'],
		],
		{ kind: "json" },
	);
	checkUntouched(
		[
			"<saml:Issuer Format='x'>https://localhost:9443/samlsso</saml:Issuer>",
			'<saml2:Issuer xmlns:saml2="urn:oasis:names:tc:SAML:2.0:assertion" Format="urn:oasis:names:tc:SAML:2.0:nameid-format:entity">https://localhost:9443/samlsso</saml2:Issuer>',
		],
		{ kind: "xml" },
	);
	checkUntouched(['{"trusted_issuers":["a","https://localhost:9443"]}', '{"audiences" : ["https://localhost:9443"]}'], { kind: "json" });
	check([['aud = ["a"]; x("b", "https://localhost:9443/x")', 'aud = ["a"]; x("b", "https://sso.example.com/is-x")']], { kind: "script" });
});

test("the name of an XML namespace leads nowhere", () => {
	const url = "https://localhost:9443/services";
	check(
		[
			[
				`<a xmlns="${url}" xmlns:b = '${url}' targetNamespace="${url}"><b:c href="${url}"/><import namespace="${url}" schemaLocation="${url}"/>`,
				`<a xmlns="${url}" xmlns:b = '${url}' targetNamespace="${url}"><b:c href="https://sso.example.com/is-services"/><import namespace="${url}" schemaLocation="https://sso.example.com/is-services"/>`,
			],
		],
		{ kind: "xml" },
	);
});

test("what others gave to be given back is not opened", () => {
	checkUntouched([
		'<input type="hidden" name="RelayState" value="https://localhost:9443/carbon">',
		"<input name=state type=hidden value=https://localhost:9443/carbon>",
		'<input type="hidden" name="iss" value="https://localhost:9443/oauth2/token">',
		`<input type="hidden" name="wresult" value="&lt;t:x&gt;${"a b ".repeat(5000)} https://localhost:9443/passivests">`,
		"login.do?state=https%3A%2F%2Flocalhost%3A9443%2Fpublisher&amp;a",
		"x%3Fa%26state%3Dhttps%253A%252F%252Flocalhost%253A9443%252Fpublisher",
		'<form><input name="SAMLResponse" value="PD94bWwgdmVyc2lvbj0iMS4wIj8+/samlsso">',
		"eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2xvY2FsaG9zdDo5NDQzIn0.c2ln-_",
	]);
	check([
		[
			'<input name="wresult" value="x"><a href="https://localhost:9443/samlsso">',
			'<input name="wresult" value="x"><a href="https://sso.example.com/is-samlsso">',
		],
	]);
});

test("a field's name counts wherever it stands in its tag, and whatever its values hold", () => {
	const url = "https://localhost:9443/carbon";
	checkUntouched([
		`<input type="hidden" value="${url}" name="RelayState">`,
		`<input value='${url}'\n\tname = 'RelayState' />`,
		`<INPUT VALUE=${url} NAME=RelayState>`,
		`<input title="a>b" value="x ${url}" name="wresult">`,
		`<input name="RelayState" title="a > b" value="${url}">`,
		`<input/value="${url}"/name="state"/>`,
		`<input value="name=x ${url}" data-name="x" name="state">`,
		`<input name="state" name="x" value="${url}">`,
		`<input value="${"a b ".repeat(5000)}${url}" name="wresult">`,
		`<input value="../commonauth" title="/commonauth" name="state">`,
	]);
	const changed = "https://sso.example.com/is-carbon";
	check(
		[
			(of: string) => `<input value="${of}" name="to">`,
			(of: string) => `<input value=${of} name=to>`,
			(of: string) => `<input value="${of}"><input name="RelayState">`,
			(of: string) => `<input name="RelayState" value=">"><a href="${of}">`,
			(of: string) => `<input name=it's value="${of}"> '`,
			(of: string) => `<inputs name="state" value="${of}">`,
			(of: string) => `<input value="${of}" <input name="state">`,
		].map((text) => [text(url), text(changed)] as const),
	);
});

test("a field longer than 64 KiB is left alone from there on, and if its name has not come by then", () => {
	const url = "https://localhost:9443/carbon";
	const long = "a b ".repeat(20_000);
	const rows: Rows = [
		[
			`<input value="${url}${long}" name="to"><a href="${url}">`,
			`<input value="${url}${long}" name="to"><a href="https://sso.example.com/is-carbon">`,
		],
		[
			`<input name="to" value="${long.slice(0, 20_000)}${url}">`,
			`<input name="to" value="${long.slice(0, 20_000)}https://sso.example.com/is-carbon">`,
		],
		[`<input name="to" value="${url} ${long} > ${url}">`, `<input name="to" value="https://sso.example.com/is-carbon ${long} > ${url}">`],
	];
	for (const [from, to] of rows) {
		for (const lengths of [[], [997], [16_384]])
			assert.ok(rewritten(from, {}, lengths).toString() === to, `${from.slice(0, 30)}, ${lengths.join()}`);
	}
});

test("all bytes beyond ASCII pass, in any charset that agrees with it", () => {
	const around = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
	const url = Buffer.from(' "https://localhost:9443/samlsso" ');
	const out = rewritten(Buffer.concat([around, url, around]), {}, [7, 3]);
	assert.deepEqual(out, Buffer.concat([around, Buffer.from(' "https://sso.example.com/is-samlsso" '), around]));
});

test("what cannot be part of a URL does not wait", () => {
	const rewriter = new BodyRewriter(dash, "html", null);
	for (const text of [
		"<p>Working...</p>\n",
		"Working",
		" 12 % done &nbsp;",
		"news: none",
		"http & more",
		" ... ",
		'<a href="https://localhost:9443/samlsso">x',
	]) {
		rewriter.push(Buffer.from(text));
		assert.equal(rewriter.waiting, 0, text);
	}
	rewriter.push(Buffer.from("see https://localhost:9443/sam"));
	assert.equal(rewriter.waiting, "https://localhost:9443/sam".length);
});

test("a chunk with nothing to change leaves as the buffer that it is", () => {
	const rewriter = new BodyRewriter(dash, "html", null);
	const chunk = Buffer.from("<p>nothing at all</p>");
	assert.equal(rewriter.push(chunk), chunk);
});

test("a URL longer than anything sensible neither waits for ever nor is taken for ours", () => {
	const rewriter = new BodyRewriter(dash, "html", null);
	rewriter.push(Buffer.from(`https://${"a".repeat(100_000)}`));
	assert.ok(rewriter.waiting < 8192);
	rewriter.push(Buffer.from(`"https://localhost:9443/${"a/".repeat(100_000)}`));
	assert.ok(rewriter.waiting < 8192);
});

test("without a prefix only origins change", () => {
	checkUntouched(['<form action="/commonauth">', '<form action="../commonauth">'], { urls: bare });
	assert.equal(urlMapOf({ pagePaths: [] }).mapsPaths, false);
});

test("a URL that begins within the path of one that was replaced is part of that path", () => {
	check([
		["https://localhost:9443/samlsso/https://localhost:9443/carbon", "https://sso.example.com/is-samlsso/https://localhost:9443/carbon"],
	]);
});

test("an address in brackets is waited for", () => {
	const body = "x='//[::1]:9443/samlsso'";
	for (let at = 1; at < body.length; at++) {
		assert.equal(rewritten(body, { kind: "script" }, [at, body.length]).toString(), "x='//sso.example.com/is-samlsso'");
	}
});
