import { test } from "node:test";
import { REQUESTS } from "/work/main/test/oracle/articleRequests.ts";
import { startArticleRig } from "/work/main/test/oracle/articleRig.ts";
test("x", async (t) => {
	const rig = await startArticleRig(t);
	for (const request of REQUESTS) {
		try {
			const { apache, portico } = await rig.compare(request);
			const keys = apache.node === "not asked" || portico.node === "not asked" ? ["status", "node", "Allow"] : [...new Set([...Object.keys(apache), ...Object.keys(portico)])];
			console.log(`## ${request.name} — ${request.line.slice(0, 80)} ${(request.answer ?? []).join(" ; ")}`);
			for (const k of keys) if ((apache[k] ?? "") !== (portico[k] ?? "")) console.log(`   ${k}: A=${apache[k] ?? ""}  P=${portico[k] ?? ""}`);
		} catch (e) { console.log(`## ${request.name} FAILED ${(e as Error).message.slice(0, 300)}`); }
	}
});
