// Started by keychain.test.ts in D-Bus sessions of its own: `seed` stores one entry, `report` prints what each method says.
import { createHome } from "../../../src/platform/home.ts";
import { KeychainVault } from "../../../src/platform/vault/keychain.ts";

const home = createHome(process.env.SALLYPORT_HOME ?? "", { unattended: true });
if (!home.ok) throw new Error(home.problem.message);
const vault = new KeychainVault(home.value, { timeoutMs: Number(process.env.TIMEOUT_MS) });
if (process.argv[2] === "seed") {
	const created = await vault.create("seeded/ENTRY", "value");
	if (!created.ok) throw new Error(created.problem.message);
} else {
	const answers = [
		await vault.read("seeded/ENTRY"),
		await vault.create("seeded/ENTRY", "value"),
		await vault.replace("seeded/ENTRY", "value"),
		await vault.delete("seeded/ENTRY"),
		await vault.list(),
	];
	for (const answer of answers) process.stdout.write(`${JSON.stringify(answer.ok ? answer : answer.problem)}\n`);
}
