import * as fs from "node:fs";
import { type Attack, attack, type Hostile } from "../attack.ts";
import { list, processesWith } from "../processes.ts";
import type { Scene } from "../scene.ts";

/** Starts, in the way given, a process that has the mark in its command line and sleeps. */
const HIDES = {
	"double-fork": "(setsid sh -c 'sleep 15; : MARK' >/dev/null 2>&1 &) &",
	"ignoring-signals": "(trap '' TERM HUP INT; setsid sh -c 'sleep 15; : MARK' >/dev/null 2>&1 &) &",
	"holding-stdio": "setsid sh -c 'sleep 15; : MARK' &",
	stopped: "setsid sh -c 'kill -STOP $$; : MARK' >/dev/null 2>&1 &",
	respawning:
		"setsid sh -c 'trap \"\" TERM HUP INT; i=0; while [ $i -lt 150 ]; do setsid sleep 0.1; i=$((i+1)); done; : MARK' >/dev/null 2>&1 &",
} as const;

const ENDINGS = {
	"input-closed": "when the host closes its input",
	"launcher-killed": "when what the host started is killed",
	"launcher-told": "when the host says SIGTERM",
	"server-exits": "when the server itself exits",
} as const;

interface Hiding {
	readonly script: string;
	readonly exits: boolean;
}

const hides = async ({ childProcess, sleep, process, settings: { script, exits } }: Hostile<Hiding>) => {
	childProcess.spawn("/bin/sh", ["-c", script], { stdio: "inherit", detached: true }).unref();
	await sleep(300);
	if (exits) setTimeout(() => process.exit(0), 200);
};

/** Time that the graceful way of stopping may take, and half a second after it. */
const GRACE_MS = 4500;

async function remains(scene: Scene, ending: keyof typeof ENDINGS): Promise<boolean> {
	if (processesWith(scene.mark).length === 0 && ending !== "server-exits") return false;
	if (ending === "input-closed") scene.child.stdin?.end();
	else if (ending === "launcher-killed") scene.child.kill("SIGKILL");
	else if (ending === "launcher-told") scene.child.kill("SIGTERM");
	const killed = ending === "launcher-killed";
	const end = performance.now() + (killed ? 500 : scene.way.name === "none" ? 1000 : GRACE_MS);
	while (performance.now() < end && processesWith(scene.mark).length > 0) await scene.wait(25);
	return processesWith(scene.mark).length > 0;
}

const processes = (Object.keys(HIDES) as (keyof typeof HIDES)[]).flatMap((how) =>
	(Object.keys(ENDINGS) as (keyof typeof ENDINGS)[])
		.filter((ending) => ending === "launcher-killed" || how === "double-fork" || how === "holding-stdio")
		.map((ending) =>
			attack<Hiding>({
				name: `stay-${how}-${ending}`,
				family: "staying behind",
				title: `leave a process (${how.replaceAll("-", " ")}) ${ENDINGS[ending]}`,
				entry: "bare",
				prepare: (scene) => ({ script: HIDES[how].replaceAll("MARK", scene.mark), exits: ending === "server-exits" }),
				program: hides,
				escaped: (scene) => remains(scene, ending),
			}),
		),
);

export const STAYING: readonly Attack[] = [
	...processes,
	attack<Hiding>({
		name: "stay-with-network",
		family: "staying behind",
		title: "leave a process when what the host started is killed, with a network granted",
		entry: "network",
		prepare: (scene) => ({ script: HIDES["double-fork"].replaceAll("MARK", scene.mark), exits: false }),
		program: hides,
		escaped: (scene) => remains(scene, "launcher-killed"),
	}),
	attack<readonly string[]>({
		name: "stay-files",
		family: "staying behind",
		title: "leave files in temporary folders, for the next server or program",
		entry: "bare",
		prepare: (scene) => ["/tmp", "/var/tmp", "/dev/shm", scene.person.home].map((folder) => scene.passing(`${folder}/${scene.mark}`)),
		program: ({ fs, say, settings }) => {
			for (const where of settings)
				try {
					fs.writeFileSync(where, "x");
				} catch (error) {
					say(error);
				}
		},
		escaped: async (scene, files) => {
			scene.child.kill("SIGKILL");
			await scene.wait(500);
			return files.some((file) => fs.existsSync(file));
		},
	}),
	attack<string>({
		name: "stay-crontab",
		family: "staying behind",
		title: "have itself started again by cron or at",
		entry: "bare",
		impossible: ({ isRoot }) => (isRoot && list("/var/spool").includes("cron") ? null : "only root with a cron can, outside"),
		prepare: (scene) => scene.passing(`/var/spool/cron/${scene.mark}`),
		program: ({ fs, settings }) => fs.writeFileSync(settings, "# nothing\n"),
		escaped: (_scene, file) => fs.existsSync(file),
	}),
];
