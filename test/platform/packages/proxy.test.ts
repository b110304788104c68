import { randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { installNetwork, type ProxySettings, proxyVariables } from "../../../src/platform/packages/proxy.ts";

const REGISTRIES = [new URL("https://packages.example/npm/")];
const password = randomBytes(12).toString("hex");

function via(settings: Partial<ProxySettings>, registries: readonly URL[] = REGISTRIES) {
	return installNetwork({ https: null, http: null, except: null, certificates: "", ...settings }, registries);
}

describe("the proxy on the way to a registry", () => {
	it("is the one that is configured for the registry's protocol", () => {
		const both = { https: "http://proxy.example:3128", http: "http://plain.example" };
		expect(via(both)).toMatchObject({ ok: true, value: { network: { https: { host: "proxy.example", port: 3128 }, http: null } } });
		expect(via(both, [new URL("http://packages.example/")])).toMatchObject({
			ok: true,
			value: { network: { https: null, http: { host: "plain.example", port: 80, secure: false } } },
		});
	});

	it("is told who asks, and its password is kept out of messages in every form", () => {
		const found = via({ https: `https://sam:${encodeURIComponent(`${password}/&`)}@proxy.example` });
		if (!found.ok) throw new Error(found.problem.message);
		const encoded = Buffer.from(`sam:${password}/&`).toString("base64");
		expect(found.value.network?.https).toEqual({ secure: true, host: "proxy.example", port: 443, authorization: `Basic ${encoded}` });
		expect(found.value.secrets).toEqual(expect.arrayContaining([`${password}/&`, encoded]));
	});

	it.each([
		["nothing is configured", {}],
		["it is switched off", { https: "false" }],
		["NO_PROXY names the registry", { https: "http://proxy.example", except: "localhost, .example" }],
		["NO_PROXY names everything", { https: "http://proxy.example", except: "*" }],
		["it is for another protocol", { http: "http://proxy.example" }],
	])("is none where %s", (_why, settings) => {
		expect(via(settings)).toEqual({ ok: true, value: { network: null, secrets: [] } });
	});

	it("is none for a registry of this machine", () => {
		expect(via({ http: "http://proxy.example" }, [new URL("http://127.0.0.1:4873/")])).toMatchObject({
			ok: true,
			value: { network: null },
		});
	});

	it.each([
		`socks5://sam:${password}@p.example`,
		`http://sam:${password}@p.example/path`,
		`http://`,
		`file:///x`,
		`http://%zz:${password}@p.example`,
	])("is refused where it is no HTTP proxy, without its text", (https) => {
		const refused = via({ https });
		expect(refused).toMatchObject({ ok: false, problem: { code: "proxy-unknown" } });
		expect(JSON.stringify(refused)).not.toContain(password);
	});

	it("may stand in the variables of the shell, in either spelling", () => {
		expect(proxyVariables({ https_proxy: "http://a", HTTPS_PROXY: "http://b", NO_PROXY: "x" })).toEqual({
			https: "http://a",
			http: null,
			except: "x",
		});
		expect(proxyVariables({ ALL_PROXY: "http://a", HTTP_PROXY: "" })).toEqual({ https: "http://a", http: "http://a", except: null });
	});
});
