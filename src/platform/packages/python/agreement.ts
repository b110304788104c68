import { fail, ok, type Result } from "../../../core/result.ts";
import { type InstallEnd, redact } from "../confined-install.ts";
import type { PythonInstall } from "./installer.ts";
import type { Wheel } from "./wheels.ts";

/** Said for each package with the number of indexes that know its name, and of those that say this very hash. */
const SAID = "sallyport:known";
/**
 * Asks every index for every package. Arguments: pip's folder, whose own library for the network is used as pip uses it, then name and hash of
 * each package. The addresses are in the environment: they may hold credentials.
 */
const ASK = `
import os, sys
sys.path.insert(0, sys.argv[1])
from pip._vendor import requests
session = requests.Session()
unchecked = os.environ["UNCHECKED"].split()
for name, digest in zip(sys.argv[2::2], sys.argv[3::2]):
    known = agreed = 0
    for index in os.environ["INDEXES"].split():
        host = requests.compat.urlparse(index).netloc.rpartition("@")[2]
        answer = session.get(index.rstrip("/") + "/" + name + "/", timeout=20, verify=None if host not in unchecked else False)
        if answer.status_code == 404:
            continue
        answer.raise_for_status()
        known += 1
        agreed += digest in answer.text
    print("${SAID}", name, known, agreed)
print("${SAID}")
`;

/** Runs a program in the interpreter of an installation, with the index reachable. */
export type AskConfined = (program: string, args: readonly string[], env: Readonly<Record<string, string>>) => Promise<Result<InstallEnd>>;

/**
 * With several indexes whichever has the higher version answers for a name, a stranger's too. So a name counts only where one index alone knows
 * it, or where all that know it say the very hash of what was fetched.
 */
export async function checkAgreement(
	wheels: readonly Wheel[],
	pip: string,
	{ sources, requirement }: PythonInstall,
	ask: AskConfined,
): Promise<Result<void>> {
	const { indexes } = sources;
	if (indexes.length < 2) return ok(undefined);
	const args = [pip, ...wheels.flatMap(({ name, sha256 }) => [name, sha256])];
	const end = await ask(ASK, args, {
		INDEXES: indexes.map(({ authenticated }) => authenticated).join(" "),
		UNCHECKED: indexes.flatMap(({ unchecked, url }) => (unchecked ? [url.host] : [])).join(" "),
	});
	if (!end.ok) return end;
	const said = new Map<string, readonly number[]>();
	let whole = false;
	for (const line of redact(end.value.output, sources.secrets).split("\n")) {
		const [mark, name, ...counts] = line.trim().split(" ");
		if (mark !== SAID) continue;
		if (name === undefined) whole = true;
		else said.set(name, counts.map(Number));
	}
	if (end.value.code !== 0 || !whole)
		return fail(
			"package-indexes",
			`${requirement.name} was not installed: one of your package indexes does not say what it has, so that a stranger's could answer for it.`,
			"Check the network and the credentials of each index, or name one that serves all of them (index-url).",
		);
	const doubtful = wheels.find(({ name }) => {
		const [known = 0, agreed = 0] = said.get(name) ?? [];
		return known === 0 || (known > 1 && agreed !== known);
	});
	return doubtful === undefined
		? ok(undefined)
		: fail(
				"package-indexes",
				`${doubtful.name} is in more than one of your package indexes, and they do not agree on it: it could be a stranger's.`,
				"Name one index that serves all that you need (index-url), and remove extra-index-url.",
			);
}
