import * as fs from "node:fs";
import * as path from "node:path";
import { HOST_IDS, type HostId } from "../../../src/core/config/hosts.ts";

/** `test/fixtures/hosts/HOST/PATH`: a small file of each host, as it documents its own. */
const FOLDER = path.join(import.meta.dirname, "../../fixtures/hosts");

export interface HostFixture {
	readonly host: HostId;
	/** Relative, as the host's own name for it ends. */
	readonly file: string;
	readonly text: string;
}

export function hostFixtures(): readonly HostFixture[] {
	return HOST_IDS.map((host) => {
		const folder = path.join(FOLDER, host);
		const [file, ...others] = fs.readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
		if (file === undefined || others.length > 0) throw new Error(`${host} must have one file`);
		const full = path.join(file.parentPath, file.name);
		return { host, file: path.relative(folder, full).split(path.sep).join("/"), text: fs.readFileSync(full, "utf8") };
	});
}
