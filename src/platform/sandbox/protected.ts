import * as path from "node:path";

/**
 * What no server may read, whatever is granted. `names` are basenames (or `*` globs) wherever they stand; `paths` are relative
 * to the person's home. Compared without regard to case, because some file systems have none.
 */
export interface Credentials {
	readonly names: readonly string[];
	readonly paths: readonly string[];
}

export const CREDENTIALS: Credentials = {
	names: [
		".env",
		".env.*",
		"*.env",
		".envrc",
		".ssh",
		".aws",
		".azure",
		".gnupg",
		".kube",
		".docker",
		".oci",
		".password-store",
		".vault-token",
		".npmrc",
		".yarnrc",
		".yarnrc.yml",
		".netrc",
		"_netrc",
		".pypirc",
		".pgpass",
		".my.cnf",
		".mylogin.cnf",
		".s3cfg",
		".boto",
		".git-credentials",
		".credentials.json",
		".terraformrc",
		"id_rsa",
		"id_dsa",
		"id_ecdsa",
		"id_ed25519",
		"*.keytab",
		"*.kdbx",
		".*_history",
		".histfile",
		".lesshst",
		".sallyport",
		// The files in which hosts keep their servers, with whatever was pasted there.
		".mcp.json",
		"mcp.json",
		".claude.json",
		"claude_desktop_config.json",
	],
	paths: [
		".config/gcloud",
		".config/gh",
		".config/hub",
		".config/glab-cli",
		".config/git/credentials",
		".config/containers/auth.json",
		".config/doctl",
		".config/op",
		".config/sops",
		".config/age",
		".config/rclone",
		".config/pip",
		".config/pypoetry",
		".config/configstore",
		".config/fish/fish_history",
		".config/google-chrome",
		".config/google-chrome-beta",
		".config/chromium",
		".config/BraveSoftware",
		".config/microsoft-edge",
		".config/vivaldi",
		".config/opera",
		".config/Code",
		".config/Code - Insiders",
		".config/VSCodium",
		".config/Cursor",
		".config/Claude",
		".config/Signal",
		".config/Slack",
		".config/discord",
		".local/share/keyrings",
		".local/share/kwalletd",
		".local/share/fish/fish_history",
		".local/share/containers",
		".local/share/atuin",
		".mozilla",
		".thunderbird",
		".pki",
		".cargo/credentials",
		".cargo/credentials.toml",
		".gem/credentials",
		".m2/settings.xml",
		".m2/settings-security.xml",
		".gradle/gradle.properties",
		".nuget/NuGet/NuGet.Config",
		".composer/auth.json",
		".terraform.d/credentials.tfrc.json",
		".databricks",
		".snowflake",
		".config/snowflake",
		".claude",
		".codex",
		".gemini",
		".cursor",
		".vscode-server/data",
		"snap/firefox",
		"snap/chromium",
	],
};

/**
 * What hosts, shells and build tools run or obey. Inside a writable folder these stay readable, and are never writable: writing
 * them is running code outside the sandbox. `node_modules` is one of them, because its programs are run by name.
 */
export const OBEYED: readonly string[] = [
	".git",
	".gitmodules",
	".gitattributes",
	".gitconfig",
	".hg",
	".svn",
	".vscode",
	".cursor",
	".claude",
	".codex",
	".gemini",
	".windsurf",
	".zed",
	".idea",
	".devcontainer",
	".devcontainer.json",
	".github",
	".gitlab-ci.yml",
	".circleci",
	".husky",
	".pre-commit-config.yaml",
	".envrc",
	".direnv",
	".mise.toml",
	"mise.toml",
	".tool-versions",
	".bashrc",
	".bash_profile",
	".bash_login",
	".bash_logout",
	".profile",
	".zshrc",
	".zshenv",
	".zprofile",
	".zlogin",
	".inputrc",
	".pnp.cjs",
	".pnpmfile.cjs",
	".yarn",
	"*.code-workspace",
	"package.json",
	"package-lock.json",
	"pnpm-lock.yaml",
	"yarn.lock",
	"node_modules",
	".venv",
	"venv",
	"Makefile",
	"justfile",
	"Dockerfile",
	"docker-compose.yml",
	"compose.yaml",
	"CLAUDE.md",
	"AGENTS.md",
	"GEMINI.md",
	".cursorrules",
	".windsurfrules",
];

/** Matches basenames against names and `*` globs, ignoring case. */
export function nameMatcher(patterns: readonly string[]): (name: string) => boolean {
	const exact = new Set<string>();
	const globs: string[] = [];
	for (const pattern of patterns) {
		if (!pattern.includes("*")) exact.add(pattern.toLowerCase());
		else globs.push(pattern.toLowerCase());
	}
	return (name) => exact.has(name.toLowerCase()) || globs.some((glob) => matchesGlob(name.toLowerCase(), glob));
}

/** `*` stands for any characters. Time is bounded by the product of the lengths: a policy of the workspace may have written the glob. */
function matchesGlob(name: string, glob: string): boolean {
	let at = 0;
	let star = -1;
	let resume = 0;
	let i = 0;
	while (i < name.length) {
		if (glob[at] === "*") {
			star = at++;
			resume = i;
		} else if (at < glob.length && glob[at] === name[i]) {
			at++;
			i++;
		} else if (star >= 0) {
			at = star + 1;
			i = ++resume;
		} else return false;
	}
	while (glob[at] === "*") at++;
	return at === glob.length;
}

/** True when `where` is `folder` or lies beneath it. Both absolute. */
export function isWithin(where: string, folder: string): boolean {
	return where === folder || where.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}
