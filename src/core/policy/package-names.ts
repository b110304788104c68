/**
 * What a package, or an image of a container, may be called by the ways in which a launch line names it: for a list of what is forbidden, so that
 * one name too many is better than one too few. Whether such a line would be started is not asked here.
 */

/** A form of its own: where a package comes from. */
const FROM = /^(?:git\+|https?:|ssh:|git:|git@|file:|link:|github:|gitlab:|bitbucket:|gist:|\.{0,2}[\\/]|~[\\/]|[A-Za-z]:[\\/])/i;
const ARCHIVE = /\.(?:git|tgz|tar\.gz|tar|zip|whl|js|mjs|cjs|ts)$/i;
/** `evil-1.0.0`, `evil-1.0-py3-none-any`. */
const LONGEST = 300;
const WITH_VERSION = /^(.+?)-v?\d[\w.+!-]*$/;

/** The names in the specification of a package: `name@1`, `alias@npm:name@1`, `name[extra]==1`, an address, a repository, a folder. */
export function namesOfPackage(specification: string): readonly string[] {
	const text = specification.trim();
	const registry = /^(?:npm|jsr):\/{0,2}/i.exec(text)?.[0];
	if (registry !== undefined) return namesOfPackage(text.slice(registry.length));
	if (FROM.test(text)) return [...namesInPath(text), ...namesInAddress(text)];
	const at = text.indexOf("@", 1);
	if (at > 0) {
		const [name, rest] = [text.slice(0, at).trim(), text.slice(at + 1).trim()];
		if (/^(?:npm|jsr):/i.test(rest) || FROM.test(rest)) return [...plainName(name), ...namesOfPackage(rest)];
	}
	// `owner/repository` of the usual forge.
	return /^[\w.-]+\/[\w.-]+(?:#|$)/.test(text) ? namesInAddress(`/${text}`) : plainName(text);
}

/** Without what follows a name in either registry. */
function plainName(text: string): readonly string[] {
	const name = /^(?:@[^@/]+\/)?[^@\s[<>=!~;,]+/.exec(text)?.[0];
	return name === undefined
		? []
		: [name, ...(text.startsWith("@") && name.split("/").length > 2 ? [name.split("/").slice(0, 2).join("/")] : [])];
}

function namesInAddress(address: string): readonly string[] {
	const [bare = ""] = address.split(/[?#]/);
	const egg = /[#&]egg=([\w.-]+)/.exec(address)?.[1];
	const path = bare.replace(/^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/[^/]*|[^/@]*@[^/:]*:)?/i, "").replaceAll("\\", "/");
	const segments = path
		.split("/")
		.map(decoded)
		.filter((segment) => segment !== "" && segment !== "." && segment !== "..");
	const names = new Set<string>(egg === undefined ? [] : [egg]);
	for (const [i, segment] of segments.entries()) {
		const before = segments[i - 1] ?? "";
		const isLast = i === segments.length - 1;
		const versioned = segment.indexOf("@", 1) > 0;
		if (!isLast && !versioned && !before.startsWith("@") && segments[i + 1] !== "-") continue;
		const whole = segment.replace(/(?<=.)@.*$/s, "");
		const name = whole.replace(ARCHIVE, "");
		for (const each of [segment, whole, name, name.length > LONGEST ? undefined : WITH_VERSION.exec(name)?.[1]]) {
			if (each === undefined) continue;
			names.add(each);
			if (before !== "" && (isLast || before.startsWith("@"))) names.add(`${before}/${each}`);
		}
	}
	return [...names];
}

function decoded(segment: string): string {
	try {
		return decodeURIComponent(segment);
	} catch {
		return segment;
	}
}

/** The packages in whose folders a path lies, as package managers lay them out. Empty: in none. */
export function namesInPath(path: string): readonly string[] {
	const text = path.replaceAll("\\", "/");
	const names: string[] = [];
	for (const [, scoped = "", next = ""] of text.matchAll(/node_modules\/(@[^/]+\/[^/]+|[^/]+)(?:\/([^/]+))?/gi)) {
		if (scoped === ".bin") names.push(next.replace(/\.(?:cmd|ps1|exe|bat)$/i, ""));
		else if (scoped === ".pnpm") names.push(...plainName(next.replace("+", "/")));
		else names.push(scoped);
	}
	for (const [, name = ""] of text.matchAll(/(?:site-packages|dist-packages|uv\/tools|pipx\/venvs|\.bun\/bin)\/([^/]+)/gi))
		names.push(name.replace(/\.py$/i, ""));
	return names.filter((name) => name !== "");
}

/** `docker.io/acme/evil:1@sha256:…`. */
export function namesOfImage(image: string): readonly string[] {
	const [bare = ""] = image.replace(/^docker:\/\//, "").split("@");
	const name = bare.replace(/:[^:/]*$/, "");
	const short = name.replace(/^(?:docker\.io|index\.docker\.io|registry-1\.docker\.io)\/(?:library\/)?/, "");
	return [...new Set([bare, name, short, short.split("/").slice(-2).join("/"), short.split("/").at(-1) ?? ""])].filter(
		(each) => each !== "",
	);
}
