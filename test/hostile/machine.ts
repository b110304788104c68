import * as fs from "node:fs";
import * as path from "node:path";
import { World } from "../harness/world.ts";
import { ALLOW, ALLOW_LISTED } from "./grant.ts";

const SERVERS = path.resolve(import.meta.dirname, "..", "fixtures", "servers");
const REFERENCE = "keychain://hostile/TOKEN";

/** Where one attack at a time is played: a server of its own, which plays the script in its folder. */
export interface Lane {
	/** The server's name in the config file. */
	readonly entry: string;
	readonly folder: string;
	/** Where the server's tool may read: with a link in it that leads out. */
	readonly docs: string;
	/** The server's own command line. */
	readonly command: readonly string[];
}

/** A person's machine, on which the hostile server was approved while it was a good one: once for each lane. */
export class Machine {
	readonly world = new World();
	readonly secret: string;
	readonly lanes: readonly Lane[];
	readonly #read = new Set<string>();

	constructor(secret: string, lanes: number) {
		this.secret = secret;
		const server = path.dirname(this.world.server);
		for (const name of ["scripted.mjs", "hostile-player.mjs"]) fs.copyFileSync(path.join(SERVERS, name), path.join(server, name));
		this.lanes = Array.from({ length: lanes }, (_, i) => {
			const folder = path.join(this.world.folder, `lane-${i}`);
			const docs = path.join(this.world.folder, `docs-${i}`);
			for (const each of [folder, docs]) fs.mkdirSync(each);
			fs.symlinkSync("/", path.join(docs, "link"));
			fs.writeFileSync(path.join(folder, "script.json"), "{}");
			return { entry: `files-${i}`, folder, docs, command: [process.execPath, path.join(server, "scripted.mjs"), folder] };
		});
	}

	/** Grants it much, as a careless person does. */
	async approve(): Promise<void> {
		await this.#run(["init", "--unattended"]);
		await this.#run(["secrets", "set", REFERENCE], `${this.secret}\n`);
		const servers = Object.fromEntries(
			this.lanes.map(({ entry, command: [command, ...args] }) => [entry, { command, args, env: { TOKEN: REFERENCE } }]),
		);
		this.world.write(".mcp.json", { mcpServers: servers });
		for (const { entry, folder, docs } of this.lanes) {
			await this.#run(["allow", entry, "--write", folder, "--secret", `env:TOKEN=${REFERENCE}`, "--mutable-secrets", ...ALLOW, "--yes"]);
			await this.#run(["allow", entry, ...ALLOW_LISTED, "--yes"]);
			await this.#run(["tools", "allow", entry, "read", "--where", `path=within:${docs}`, "--where", "path=optional", "--yes"]);
			await this.#run(["tools", "allow", entry, "café", "--yes"]);
		}
	}

	/** The reasons that the log has of this server's sessions since the last time. */
	reasons({ entry }: Lane): readonly string[] {
		const folder = path.join(this.world.sallyportHome, "state", "audit");
		const reasons: string[] = [];
		for (const name of fs.readdirSync(folder)) {
			if (this.#read.has(name) || !name.endsWith(".jsonl")) continue;
			const text = fs.readFileSync(path.join(folder, name), "utf8");
			if (!text.includes(`"${entry}"`)) continue;
			this.#read.add(name);
			for (const [, reason = ""] of text.matchAll(/"reason":"([a-z-]+)"/g)) reasons.push(reason);
		}
		return reasons;
	}

	async remove(): Promise<void> {
		await this.world.sallyport(["secrets", "delete", REFERENCE]);
		this.world.remove();
	}

	async #run(args: readonly string[], input = ""): Promise<void> {
		const { code, stderr, stdout } = await this.world.sallyport(args, { input });
		if (code !== 0) throw new Error(`sallyport ${args.join(" ")}: ${stderr}${stdout}`);
	}
}
