import { SIGNALS_ABI, signalsAlone } from "./access.ts";

/** One file or folder, and what the server may do with it and all beneath it. */
export interface PathRule {
	readonly at: string;
	/** Device and inode that were looked at: if another lies there now, nothing is started. Null: whatever lies there. */
	readonly id: string | null;
	/** One of `ACCESS`. */
	readonly access: number;
}

/** What a starter does before it becomes the server, in this order. One JSON line. */
export interface Orders {
	/** Resource and value of setrlimit(2). */
	readonly limits: readonly (readonly [number, number])[];
	/** `struct landlock_ruleset_attr` by the kernel's interface, the newest last; older ones are refused. */
	readonly rulesets: readonly { readonly abi: number; readonly attribute: string }[];
	readonly paths: readonly PathRule[];
	/** Of what /proc says of the server itself: the process is known to nobody else yet. */
	readonly ownProcess: { readonly names: readonly string[]; readonly access: number };
	/** The system call filter, in base64. */
	readonly filter: string;
	/** Whether the filter asks: then who answers is handed over by {@link CONNECTIONS_FD}. */
	readonly asks: boolean;
	readonly cwd: string;
	readonly command: string;
	/** With the command's own name. */
	readonly argv: readonly string[];
	/** `NAME=VALUE`. The whole environment. */
	readonly env: readonly string[];
}

/** The descriptor by which a starter gets its orders and says what became of them. */
export const ORDERS_FD = 3;

/** The descriptor by which a starter hands over its filter's questions. Only there where it has some. */
export const CONNECTIONS_FD = 4;

/** What a starter says last: it stands behind its walls, and the next thing is the server. */
export const STANDING = "standing\n";

const EPERM = 1;

/** The kernel's ruleset for which nothing is forbidden but signals to others. */
const SIGNALS_ALONE = signalsAlone().toString("base64");

/**
 * Runs in a Node of its own: as `keeper` it becomes the shell that outlives everything of the server's, as `starter` it puts the walls up around
 * itself and becomes the server, as `abi` it says which Landlock the kernel has. It is text because the bundle has no file of its own for it.
 *
 * Walls are put around one thread; `execve` from the first one ends all others.
 */
export const STARTER = `
const [library, role, ...rest] = process.argv.slice(1);
const fs = require("node:fs");
const koffi = require(library);
const libc = koffi.load(null);
const raw = (...types) => libc.func("syscall", "long", ["long", ...types]);
const numbers = raw("long", "long", "long", "long", "long");
const pointed = raw("void *", "long", "long", "long");
const arm = process.arch === "arm64";
const PRCTL = arm ? 167 : 157;
const prctl = (option, a = 0, b = 0) => numbers(PRCTL, option, a, b, 0, 0);
const say = (text) => { try { fs.writeSync(${ORDERS_FD}, text); } catch {} };
const give = (what, number = koffi.errno()) => { say("failed " + what + " " + number + "\\n"); process.exit(125); };
const must = (what, result) => { if (result < 0) give(what); return result; };
process.on("uncaughtException", () => give("bug", 0));
const [CREATE, ADD, RESTRICT] = [444, 445, 446];
const abi = () => raw("void *", "long", "long")(CREATE, null, 0, 1);
const become = (file, argv, env, keep) => {
	const signal = libc.func("signal", "void *", ["int", "void *"]);
	for (let each = 1; each < 65; each++) if (each !== 9 && each !== 19) signal(each, null);
	const fcntl = libc.func("fcntl", "int", ["int", "int", "int"]);
	for (const fd of keep) fcntl(fd, 2, 0);
	libc.func("execve", "int", ["str", "str *", "str *"])(file, [...argv, null], [...env, null]);
	give("execve");
};
const handsOver = () => { try { return fs.fstatSync(${CONNECTIONS_FD}).isSocket() ? [${CONNECTIONS_FD}] : []; } catch { return []; } };
const PR = { deathSignal: 1, subreaper: 36, noNewPrivileges: 38, bounding: 24, securebits: 28, ambient: 47 };
const dieWith = (parent, signal) => {
	must("prctl", prctl(PR.deathSignal, signal));
	// It went before it could be asked for.
	if (Number(/^\\d+ \\(.*\\) \\S (\\d+)/s.exec(fs.readFileSync("/proc/self/stat", "utf8"))?.[1]) !== parent) process.exit(125);
};
if (role === "abi") console.log(abi());
if (role === "keeper") {
	const parent = Number(rest[0]);
	must("prctl", prctl(PR.subreaper, 1));
	dieWith(parent, 15);
	// From here on it and all that it starts can signal one another alone, so that a signal to everyone is one to them. Proven on the launcher, which
	// could be signalled a moment ago.
	const kill = libc.func("kill", "int", ["int", "int"]);
	const reached = kill(parent, 0);
	let ends = "each";
	if (abi() >= ${SIGNALS_ABI}) {
		must("no_new_privs", prctl(PR.noNewPrivileges, 1));
		const attribute = Buffer.from(${JSON.stringify(SIGNALS_ALONE)}, "base64");
		const rules = must("ruleset", pointed(CREATE, attribute, attribute.length, 0, 0));
		must("restrict", numbers(RESTRICT, rules, 0, 0, 0, 0));
		fs.closeSync(rules);
		if (reached === 0 && kill(parent, 0) === -1 && koffi.errno() === ${EPERM}) ends = "all";
	}
	become("/bin/sh", rest.slice(1), ["PATH=/usr/bin:/bin", "LC_ALL=C", "ELECTRON_RUN_AS_NODE=1", "ENDS=" + ends], [0, 1, 2, ${ORDERS_FD}, ...handsOver()]);
}
if (role === "starter") {
	const parts = [];
	for (const part = Buffer.alloc(65536); ; ) {
		const count = fs.readSync(${ORDERS_FD}, part);
		if (count === 0) process.exit(125);
		parts.push(Buffer.from(part.subarray(0, count)));
		if (part[count - 1] === 10) break;
	}
	const orders = JSON.parse(Buffer.concat(parts).toString("utf8"));
	dieWith(Number(rest[0]), 9);
	libc.func("setsid", "int", [])();
	for (const [resource, value] of orders.limits) {
		const limit = Buffer.alloc(16);
		limit.writeBigUInt64LE(BigInt(value), 0);
		limit.writeBigUInt64LE(BigInt(value), 8);
		must("limit", raw("long", "long", "void *", "long")(arm ? 261 : 302, 0, resource, limit, 0));
	}
	// As root: no capability, and none to be had by starting a program. Others have none, and may not forbid any.
	for (let each = 0; each < 64 && prctl(PR.bounding, each) === 0; each++);
	prctl(PR.securebits, 0x2f);
	prctl(PR.ambient, 4);
	const header = Buffer.alloc(8);
	header.writeUInt32LE(0x20080522, 0);
	must("capset", raw("void *", "void *")(arm ? 91 : 126, header, Buffer.alloc(24)));
	must("no_new_privs", prctl(PR.noNewPrivileges, 1));
	const version = abi();
	const ruleset = orders.rulesets.findLast((each) => each.abi <= version);
	if (ruleset === undefined) give("abi", version < 0 ? 0 : version);
	const attribute = Buffer.from(ruleset.attribute, "base64");
	const rules = must("ruleset", pointed(CREATE, attribute, attribute.length, 0, 0));
	const handled = Number(attribute.readBigUInt64LE(0));
	const FILE = 0b1100000000000111;
	const addRule = raw("long", "long", "void *", "long");
	const allow = ({ at, id, access }) => {
		let fd;
		// O_PATH and O_NOFOLLOW: the thing itself, and not opened.
		try { fd = fs.openSync(at, 0o10000000 | fs.constants.O_NOFOLLOW | 0o2000000); } catch { if (id === null) return; give("changed", 0); }
		const stat = fs.fstatSync(fd);
		// What became a link since is no rule: the kernel would take the link itself.
		if (stat.isSymbolicLink()) { fs.closeSync(fd); if (id === null) return; give("changed", 0); }
		if (id !== null && (id !== stat.dev + ":" + stat.ino || fs.readlinkSync("/proc/self/fd/" + fd) !== at)) give("changed", 0);
		const rule = Buffer.alloc(12);
		rule.writeBigUInt64LE(BigInt((stat.isDirectory() ? access : access & FILE) & handled), 0);
		rule.writeInt32LE(fd, 8);
		must("rule", addRule(ADD, rules, 1, rule, 0));
		fs.closeSync(fd);
	};
	orders.paths.forEach(allow);
	for (const name of orders.ownProcess.names) allow({ at: "/proc/" + process.pid + "/" + name, id: null, access: orders.ownProcess.access });
	try { process.chdir(orders.cwd); } catch { give("cwd", 0); }
	must("restrict", numbers(RESTRICT, rules, 0, 0, 0, 0));
	const filter = Buffer.from(orders.filter, "base64");
	const program = Buffer.alloc(16);
	program.writeUInt16LE(filter.length / 8, 0);
	program.writeBigUInt64LE(koffi.address(filter), 8);
	// SECCOMP_SET_MODE_FILTER, with SECCOMP_FILTER_FLAG_NEW_LISTENER where it asks.
	const listener = must("filter", raw("long", "long", "void *")(arm ? 277 : 317, 1, orders.asks ? 8 : 0, program));
	if (orders.asks) {
		const body = Buffer.from("x");
		const vector = Buffer.alloc(16);
		vector.writeBigUInt64LE(koffi.address(body), 0);
		vector.writeBigUInt64LE(1n, 8);
		// struct cmsghdr with SCM_RIGHTS of SOL_SOCKET, and the descriptor.
		const control = Buffer.alloc(24);
		control.writeBigUInt64LE(20n, 0);
		control.writeInt32LE(1, 8);
		control.writeInt32LE(1, 12);
		control.writeInt32LE(listener, 16);
		const message = Buffer.alloc(56);
		message.writeBigUInt64LE(koffi.address(vector), 16);
		message.writeBigUInt64LE(1n, 24);
		message.writeBigUInt64LE(koffi.address(control), 32);
		message.writeBigUInt64LE(24n, 40);
		must("listener", libc.func("sendmsg", "long", ["int", "void *", "int"])(${CONNECTIONS_FD}, message, 0));
	}
	// Every descriptor but the three streams ends with this program: CLOSE_RANGE_CLOEXEC.
	must("close_range", numbers(436, 3, 0xffffffff, 4, 0, 0));
	say(${JSON.stringify(STANDING)});
	become(orders.command, orders.argv, orders.env, [0, 1, 2]);
}
`;

/**
 * What a keeper is: a shell that every process of the server's falls to whose own parent ends. When the server ends, when it is told to
 * (SIGTERM), or when the launcher is gone, it ends what is left of them, removes their folder, and ends with the server's code, or with
 * 128 and the number of the signal. Where the kernel keeps its signals in (`ENDS=all`, proven before) it ends them with one; else one by one.
 *
 * Arguments: the folder, and the line of the starter, which gets this shell's number besides.
 */
export const KEEPER = `
folder=$1; shift
runs() {
	while IFS=' 	' read -r key value rest; do
		[ "$key" = State: ] || continue
		case $value in Z|X) return 1 ;; esac
		return 0
	done </proc/$1/status
	return 1
} 2>/dev/null
end() {
	trap '' TERM
	quiet=0
	# All at once, or some would start others meanwhile.
	[ "$ENDS" != all ] || kill -s KILL -- -1
	# While one of them ends, the list of the others has gaps: it has to be empty again and again.
	while [ "$quiet" -lt 6 ]; do
		children=; quiet=$((quiet + 1)); turns=$((turns + 1))
		read -r children </proc/$$/task/$$/children
		for child in $children; do
			runs "$child" && quiet=0 && kill -KILL "$child"
		done
		[ "$turns" -lt 5 ] && [ "$quiet" -ne 3 ] || sleep 0.005
	done 2>/dev/null
	rm -rf -- "$folder" || { chmod -R u+rwx -- "$folder"; rm -rf -- "$folder"; }
	exit "$1"
} 2>/dev/null
trap 'end 143' TERM
trap '' INT HUP QUIT
exec 8<&0
"$@" "$$" <&8 8<&- &
exec 0<&- 1>&- 2>&- 3>&- 4>&- 8<&-
wait "$!"
end "$?"
`;
