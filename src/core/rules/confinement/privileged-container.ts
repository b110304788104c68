import { launchHolds } from "../entry-texts.ts";
import type { Rule, Severity } from "../finding.ts";
import { readLaunch } from "../supply/command-line.ts";
import { onWord } from "../supply/complain.ts";
import { type ContainerOption, containerRun, NAMES_ENGINE } from "../supply/container-run.ts";

export const privilegedContainer: Rule = {
	id: "privileged-container",
	title: "Container without its walls",
	help: "With these rights what runs in the container can take over the machine. Remove them, or give only the one that the server needs.",
	defaultSeverity: "warning",
	documentation: {
		finds:
			"`--privileged`; capabilities that are as good as root (`ALL`, `SYS_ADMIN`, `SYS_PTRACE`, `SYS_MODULE`, …); `seccomp=unconfined` and `apparmor=unconfined`; the processes of the host (`--pid=host`). As information: other capabilities, devices, and the remaining namespaces of the host (`--network host`, `--ipc=host`, `--userns=host`).",
		matters:
			"A container holds a server in only as far as its walls stand. With one of these it can load code into the system, look into any process, or reach every service that listens on this machine alone.",
		remedy:
			"Remove the option. Where the server fails without it, look for the one capability or device that it needs; publish a port instead of the host's network.",
		example: {
			before: '"args": ["run", "-i", "--rm", "--privileged", "example/scanner-mcp:2.0.1"]',
			after: '"args": ["run", "-i", "--rm", "--cap-add=NET_RAW", "example/scanner-mcp:2.0.1"]',
		},
	},
	only: "stdio",
	mayConcern: launchHolds(NAMES_ENGINE),
	*checkServer(server, document) {
		if (server.kind !== "stdio") return;
		for (const line of readLaunch(server).lines) {
			for (const option of containerRun(line)?.options ?? []) {
				const found = judge(option);
				if (found === null) continue;
				yield onWord({ id: "privileged-container", severity: found.severity }, server, document, option.word, found.message);
			}
		}
	},
};

interface Judged {
	readonly severity: Severity;
	readonly message: string;
}

const ROOTLIKE = /^(?:CAP_)?(?:ALL|SYS_ADMIN|SYS_PTRACE|SYS_MODULE|SYS_RAWIO|SYS_BOOT|DAC_READ_SEARCH|BPF|MAC_ADMIN)$/i;

function judge({ name, value }: ContainerOption): Judged | null {
	switch (name) {
		case "privileged":
			return /^(?:false|0)$/i.test(value)
				? null
				: warning("The container has every right that root has on this machine. Remove --privileged.");
		case "cap-add":
			return value.split(",").some((capability) => ROOTLIKE.test(capability.trim()))
				? warning("This capability is as good as root on this machine. Remove it.")
				: info("The container gets a right that containers do not have by themselves. Keep it only if the server needs it.");
		case "security-opt":
			if (/^(?:seccomp|apparmor|systempaths)[=:]unconfined$/i.test(value))
				return warning("The container may call the system without a filter. Remove this option.");
			return /^label[=:]disable$|^label[=:]type:spc_t$/i.test(value)
				? info("The container is not held in by SELinux. Keep it only if the server needs it.")
				: null;
		case "pid":
			return value === "host" ? warning("The container sees and can stop every process of this machine. Remove --pid=host.") : null;
		case "network":
			return value === "host"
				? info("The container reaches every service that listens on this machine alone. Publish a port, or use a network of its own.")
				: null;
		case "ipc":
		case "uts":
		case "cgroupns":
		case "userns":
			return value === "host" ? info("The container shares a namespace of this machine. Keep it only if the server needs it.") : null;
		case "device":
			if (/^\/dev\/(?:sd[a-z]|hd[a-z]|vd[a-z]|xvd[a-z]|nvme\d|mmcblk\d|mapper|dm-\d|mem|kmem|port)/.test(value))
				return warning("The container gets a whole disk, or the memory of this machine. Remove the device.");
			return info("The container gets a device of this machine. Keep it only if the server needs it.");
		case "device-cgroup-rule":
			return info("The container gets a device of this machine. Keep it only if the server needs it.");
		default:
			return null;
	}
}

function warning(message: string): Judged {
	return { severity: "warning", message };
}

function info(message: string): Judged {
	return { severity: "info", message };
}
