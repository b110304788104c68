import { launchHolds } from "../entry-texts.ts";
import type { Rule } from "../finding.ts";
import { readLaunch } from "./command-line.ts";
import { onWord } from "./complain.ts";
import { containerRun, NAMES_ENGINE } from "./container-run.ts";

export const unpinnedImage: Rule = {
	id: "unpinned-image",
	title: "Container image without a version",
	help: "The tag moves with every push of its owner. Name a version, or better the image's digest.",
	defaultSeverity: "info",
	documentation: {
		finds:
			"`docker run`, `podman run` or `nerdctl run` of an image that names no tag, or one that moves by design: `latest`, `main`, `edge`, `nightly` and their like. A tag with a version and a digest are fine.",
		matters:
			"Without a tag `latest` is meant: what runs is what the machine pulled last, or the newest push on a new machine, whoever made it.",
		remedy:
			"Name the version that you use now (`docker image inspect` tells its digest, too). A digest means these very files: `image@sha256:…`; a version is what its owner calls so today.",
		example: {
			before: '"args": ["run", "-i", "--rm", "ghcr.io/github/github-mcp-server"]',
			after: '"args": ["run", "-i", "--rm", "ghcr.io/github/github-mcp-server:v0.20.1"]',
		},
	},
	only: "stdio",
	mayConcern: launchHolds(NAMES_ENGINE),
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		for (const line of readLaunch(server).lines) {
			const image = containerRun(line)?.image ?? null;
			if (image === null) continue;
			const tag = movingTag(image.text);
			if (tag === null) continue;
			const message =
				tag === ""
					? "This image has no tag, so the newest push is meant. Name a version, or the image's digest."
					: `The tag ${tag} moves with every push. Name a version, or the image's digest.`;
			yield onWord({ id: "unpinned-image", severity: "info" }, server, document, image, message);
		}
	},
};

/** Empty for an image without a tag; null for one that is named well enough, and for what is no image of a registry. */
function movingTag(image: string): string | null {
	const match = /^(?:docker:\/\/)?(?:[A-Za-z0-9.-]+(?::\d+)?\/)?[a-z0-9._-]+(?:\/[a-z0-9._-]+)*(?::([\w][\w.-]*))?$/.exec(image);
	if (match === null || image.length > 300) return null;
	const tag = match[1] ?? "";
	// What somebody built there and then is nobody's push.
	if (/^localhost\//.test(image) || (!image.includes("/") && !OFFICIAL.test(image))) return null;
	return tag === "" || /^(?:latest|main|master|edge|nightly|dev|develop|canary|next|stable|beta|rolling|current|trunk|snapshot)$/i.test(tag)
		? tag
		: null;
}

/** Images of Docker Hub that have no owner in their name. Any other such name is most likely an image of the person's own. */
const OFFICIAL =
	/^(?:alpine|ubuntu|debian|fedora|busybox|node|python|golang|rust|ruby|php|openjdk|eclipse-temurin|postgres|redis|mysql|mariadb|mongo|nginx|httpd|docker|bash|maven|gradle)(?::|$)/;
