import { chromium } from "playwright-core";
const [origin, rp] = process.argv.slice(2);
const browser = await chromium.launch({executablePath:"/usr/bin/chromium",chromiumSandbox:false,args:["--disable-background-networking","--disable-component-update","--disable-sync","--disable-quic","--no-first-run"]});
async function ctx(name){
  const c = await browser.newContext({ignoreHTTPSErrors:true, viewport:{width:1000,height:700}});
  const p = await c.newPage();
  p.on("console", m=>console.log(name,"CONSOLE",m.type(),m.text(),m.location().url));
  p.on("pageerror", e=>console.log(name,"PAGEERROR",e.message));
  p.on("requestfailed", r=>console.log(name,"FAILED",r.url(),r.failure()?.errorText));
  c.on("response", r=>console.log(name, r.status(), r.request().method(), r.url().slice(0,110), r.headers().location?.slice(0,100) ?? ""));
  return {c,p, shot:n=>p.screenshot({path:`/tmp/b/shots/${n}.png`})};
}
const step = async (n,f)=>{ try{ await f(); }catch(e){ console.log("STEP FAILED", n, e.message.slice(0,400)); } };
{ const {c,p,shot}=await ctx("oidc");
 await step("oidc", async()=>{
  await p.goto(rp+"/"); await shot("rp-home");
  await p.click("#login"); await p.waitForLoadState(); await shot("login"); console.log(p.url());
  await p.fill("#usernameUserInput","admin"); await p.fill("#password","wrong"); await p.click("button[type=submit]"); await p.waitForSelector("#error-msg",{timeout:5000}); await shot("login-wrong");
  await p.fill("#usernameUserInput","admin"); await p.fill("#password","admin"); await p.click("button[type=submit]"); await p.waitForURL(rp+"/",{timeout:5000}); await shot("rp-in");
  console.log(await p.innerText("#claims"));
  for (const k of await c.cookies()) console.log(JSON.stringify(k));
  await p.click("#refresh"); await p.waitForSelector("text=refreshed",{timeout:5000}); await shot("rp-refreshed");
  await p.click("#logout"); await p.waitForURL(rp+"/"); await shot("rp-out");
  for (const k of await c.cookies()) console.log(JSON.stringify(k));
 }); await c.close(); }
{ const {c,p,shot}=await ctx("saml");
 await step("saml", async()=>{
  await p.goto(rp+"/"); await p.click("#saml-login"); await p.waitForLoadState();
  await p.fill("#usernameUserInput","alice"); await p.fill("#password","alice"); await p.click("button[type=submit]"); await p.waitForURL(rp+"/",{timeout:5000}); await shot("rp-saml");
  console.log(await p.innerText("body"));
  for (const k of await c.cookies()) console.log(JSON.stringify(k));
 }); await c.close(); }
for (const portal of ["devportal","publisher"]) { const {c,p,shot}=await ctx(portal);
 await step(portal, async()=>{
  await p.goto(`${origin}/apim-${portal}/`); await p.waitForSelector("#usernameUserInput",{timeout:6000}); await shot(portal+"-login"); 
  await p.fill("#usernameUserInput","admin"); await p.fill("#password","admin"); await p.click("button[type=submit]"); await p.waitForSelector("#apis",{timeout:6000}); await shot(portal+"-in");
  for (const k of await c.cookies()) console.log(JSON.stringify(k).slice(0,300));
  await p.click("text=Logout"); await p.waitForTimeout(1500); await shot(portal+"-out"); console.log(p.url());
 }); await shot(portal+"-last"); console.log("last", p.url()); await c.close(); }
for (const u of ["","nothing","is-carbon/","apim-admin/","is-console/","is-myaccount/"]) { const {c,p,shot}=await ctx("/"+u);
 await step(u, async()=>{ await p.goto(`${origin}/${u}`); await shot("page-"+(u.replaceAll("/","")||"root")); }); await c.close(); }
await browser.close();
