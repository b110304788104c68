/**
 * The system call filter, assembled here because no library for it is kept up. The words are Linux's classic BPF
 * (`struct sock_filter`), the input is `struct seccomp_data`; see seccomp(2). The filter takes away what no MCP server needs
 * and what has carried escapes out of namespaces before; everything else stays allowed, so ordinary programs do not notice.
 */

export type SeccompArch = "x64" | "arm64";

const AUDIT_ARCH: Readonly<Record<SeccompArch, number>> = { x64: 0xc000003e, arm64: 0xc00000b7 };

/** Refused with EPERM, whatever the arguments. Numbers: x86-64, arm64 (null: the architecture has no such call). */
const DENIED: readonly (readonly [name: string, x64: number | null, arm64: number | null])[] = [
	// Other processes.
	["ptrace", 101, 117],
	["process_vm_readv", 310, 270],
	["process_vm_writev", 311, 271],
	["process_madvise", 440, 440],
	["kcmp", 312, 272],
	["pidfd_getfd", 438, 438],
	// Mounts and namespaces.
	["mount", 165, 40],
	["umount2", 166, 39],
	["pivot_root", 155, 41],
	["chroot", 161, 51],
	["open_tree", 428, 428],
	["move_mount", 429, 429],
	["fsopen", 430, 430],
	["fsconfig", 431, 431],
	["fsmount", 432, 432],
	["fspick", 433, 433],
	["mount_setattr", 442, 442],
	["open_tree_attr", 467, 467],
	["unshare", 272, 97],
	["setns", 308, 268],
	["sethostname", 170, 161],
	["setdomainname", 171, 162],
	// Files by handle go around the mount tree.
	["name_to_handle_at", 303, 264],
	["open_by_handle_at", 304, 265],
	["fanotify_init", 300, 262],
	["fanotify_mark", 301, 263],
	["quotactl", 179, 60],
	["quotactl_fd", 443, 443],
	// Keyrings are not namespaced.
	["add_key", 248, 217],
	["request_key", 249, 218],
	["keyctl", 250, 219],
	// Wide kernel surface. io_uring would also go around this filter.
	["bpf", 321, 280],
	["perf_event_open", 298, 241],
	["userfaultfd", 323, 282],
	["io_uring_setup", 425, 425],
	["io_uring_enter", 426, 426],
	["io_uring_register", 427, 427],
	["personality", 135, 92],
	["move_pages", 279, 239],
	["migrate_pages", 256, 238],
	["lookup_dcookie", 212, 18],
	["vmsplice", 278, 75],
	// The machine itself.
	["init_module", 175, 105],
	["finit_module", 313, 273],
	["delete_module", 176, 106],
	["create_module", 174, null],
	["query_module", 178, null],
	["get_kernel_syms", 177, null],
	["kexec_load", 246, 104],
	["kexec_file_load", 320, 294],
	["reboot", 169, 142],
	["swapon", 167, 224],
	["swapoff", 168, 225],
	["syslog", 103, 116],
	["acct", 163, 89],
	["settimeofday", 164, 170],
	["clock_settime", 227, 112],
	["clock_adjtime", 305, 266],
	["adjtimex", 159, 171],
	["vhangup", 153, 58],
	["iopl", 172, null],
	["ioperm", 173, null],
	["modify_ldt", 154, null],
	["uselib", 134, null],
	["ustat", 136, null],
	["sysfs", 139, null],
	["_sysctl", 156, null],
	["nfsservctl", 180, 42],
	["vserver", 236, null],
];

/**
 * Refused besides where no namespaces and no mounts stand around the server. Landlock knows nothing of these: what they change or listen to
 * is the person's, whether it was granted or not.
 */
const DENIED_ALONE: typeof DENIED = [
	// A file's owner, mode, times and attributes, also of one that may only be read.
	["chmod", 90, null],
	["fchmod", 91, 52],
	["fchmodat", 268, 53],
	["fchmodat2", 452, 452],
	["chown", 92, null],
	["fchown", 93, 55],
	["lchown", 94, null],
	["fchownat", 260, 54],
	["utime", 132, null],
	["utimes", 235, null],
	["futimesat", 261, null],
	["utimensat", 280, 88],
	["setxattr", 188, 5],
	["lsetxattr", 189, 6],
	["fsetxattr", 190, 7],
	["setxattrat", 463, 463],
	["removexattr", 197, 14],
	["lremovexattr", 198, 15],
	["fremovexattr", 199, 16],
	["removexattrat", 466, 466],
	["file_setattr", 469, 469],
	// Names of files, wherever they are made.
	["inotify_add_watch", 254, 27],
	// Objects of all programs of this user.
	["shmget", 29, 194],
	["shmctl", 31, 195],
	["shmat", 30, 196],
	["msgget", 68, 186],
	["msgctl", 71, 187],
	["msgrcv", 70, 188],
	["msgsnd", 69, 189],
	["semget", 64, 190],
	["semctl", 66, 191],
	["semtimedop", 220, 192],
	["semop", 65, 193],
	["mq_open", 240, 180],
	["mq_unlink", 241, 181],
	["process_mrelease", 448, 448],
	// Without an address of its own a socket gets one by this, and is open to the whole network.
	["listen", 50, 201],
];

/** Calls that may concern this process alone, and which argument names another one. */
const OWN_ALONE: typeof MODES = [
	["sched_setparam", 0, 142, 118],
	["sched_setscheduler", 0, 144, 119],
	["sched_setaffinity", 0, 203, 122],
	["sched_setattr", 0, 314, 274],
	["prlimit64", 0, 302, 261],
];

/** Calls whose first argument says what the second names: 0 is the caller only where that is one process, not where it is a group or a user. */
const OWN_PRIORITY: readonly (readonly [name: string, process: number, x64: number, arm64: number])[] = [
	["setpriority", 0, 141, 140],
	["ioprio_set", 1, 251, 30],
];

/** Calls that can open a connection on the way, past what Landlock looks at, and which argument holds the flag for it. */
const SENDING: typeof MODES = [
	["sendto", 3, 44, 206],
	["sendmsg", 2, 46, 211],
	["sendmmsg", 3, 307, 269],
];
const MSG_FASTOPEN = 0x20000000;

/** FS_IOC_SETFLAGS, FS_IOC32_SETFLAGS, FS_IOC_SETVERSION, FS_IOC32_SETVERSION, FS_IOC_FSSETXATTR: attributes of a file that was opened for reading. */
const FILE_ATTRIBUTES = [0x40086602, 0x40046602, 0x40087602, 0x40047602, 0x401c5820];

/** Calls that set a file's mode, and which argument that is. */
const MODES: readonly (readonly [name: string, argument: number, x64: number | null, arm64: number | null])[] = [
	["chmod", 1, 90, null],
	["fchmod", 1, 91, 52],
	["fchmodat", 2, 268, 53],
	["fchmodat2", 2, 452, 452],
];

/** S_ISUID and S_ISGID: in a granted file they would make a program of the server's run outside as the person, or as root. */
const SET_ID = 0o6000;

const FILTERED = {
	x64: { clone: 56, clone3: 435, socket: 41, socketpair: 53, ioctl: 16, connect: 42 },
	arm64: { clone: 220, clone3: 435, socket: 198, socketpair: 199, ioctl: 29, connect: 203 },
} as const satisfies Readonly<Record<SeccompArch, unknown>>;

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET. (CLONE_NEWTIME is for clone3 and unshare alone.) */
const NAMESPACE_FLAGS = 0x7e020000;

const TERMINAL_INJECTION = [0x5412 /* TIOCSTI */, 0x541c /* TIOCLINUX */, 0x5423 /* TIOCSETD */];

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;
const AF_NETLINK = 16;
const SOCKET_TYPE_MASK = 0xf;
const SOCK_STREAM = 1;
const SOCK_SEQPACKET = 5;
const IPPROTO_TCP = 6;
const IPPROTO_UDP = 17;

const EPERM = 1;
const ENOSYS = 38;
const ALLOW = 0x7fff0000;
/** The launcher is asked, and does it instead (SECCOMP_RET_USER_NOTIF). */
const ASK = 0x7fc00000;
const KILL_PROCESS = 0x80000000;
const errno = (number: number) => (0x00050000 | number) >>> 0;

const LOAD = 0x20; // BPF_LD | BPF_W | BPF_ABS
const AND = 0x54; // BPF_ALU | BPF_AND | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K
const JUMP_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const JUMP_AT_LEAST = 0x35; // BPF_JMP | BPF_JGE | BPF_K
const JUMP_ANY_BIT = 0x45; // BPF_JMP | BPF_JSET | BPF_K

const NR = 0;
const ARCH = 4;
/** The low 32 bits: both architectures are little-endian, and the kernel itself looks at no more for these arguments. */
const argument = (index: number) => 16 + 8 * index;

interface Instruction {
	readonly code: number;
	readonly yes: number;
	readonly no: number;
	readonly k: number;
}

const load = (k: number): Instruction => ({ code: LOAD, yes: 0, no: 0, k });
const and = (k: number): Instruction => ({ code: AND, yes: 0, no: 0, k });
const give = (k: number): Instruction => ({ code: RETURN, yes: 0, no: 0, k });
/** Goes on with the next instruction when the test holds, else skips `body`. */
const when = (code: number, k: number, body: readonly Instruction[]): Instruction[] => [{ code, yes: 0, no: body.length, k }, ...body];
const unless = (code: number, k: number, body: readonly Instruction[]): Instruction[] => [{ code, yes: body.length, no: 0, k }, ...body];
const onCall = (nr: number, body: readonly Instruction[]) => when(JUMP_EQUAL, nr, body);

/**
 * The filter: an array of `struct sock_filter`, little-endian, as `bwrap --seccomp` and `PR_SET_SECCOMP` take it.
 *
 * @param alone what is added where nothing but Landlock stands beside it: `network` false leaves no internet socket at all, true leaves TCP
 * whose connections another process makes. Undefined: namespaces hold the rest
 */
export function seccompFilter(arch: SeccompArch, alone?: { readonly network: boolean }): Buffer {
	const calls = FILTERED[arch];
	const refuse = give(errno(EPERM));
	const number = (x64: number | null, arm64: number | null) => (arch === "x64" ? x64 : arm64);
	const denied = alone === undefined ? DENIED : [...DENIED, ...DENIED_ALONE];
	const where = (list: typeof MODES, test: (at: number) => readonly Instruction[]) =>
		list.flatMap(([, index, x64, arm64]) => {
			const nr = number(x64, arm64);
			return nr === null ? [] : onCall(nr, [...test(argument(index)), give(ALLOW)]);
		});
	const program: Instruction[] = [
		load(ARCH),
		...unless(JUMP_EQUAL, AUDIT_ARCH[arch], [give(KILL_PROCESS)]),
		load(NR),
		// x32 is the same architecture word with bit 30 set in the number.
		...(arch === "x64" ? when(JUMP_AT_LEAST, 0x40000000, [refuse]) : []),
		...denied.flatMap(([, x64, arm64]) => {
			const nr = number(x64, arm64);
			return nr === null ? [] : onCall(nr, [refuse]);
		}),
		...(alone === undefined
			? where(MODES, (at) => [load(at), ...when(JUMP_ANY_BIT, SET_ID, [refuse])])
			: [
					...where(OWN_ALONE, (at) => [load(at), ...unless(JUMP_EQUAL, 0, [refuse])]),
					...OWN_PRIORITY.flatMap(([, process, x64, arm64]) =>
						onCall(arch === "x64" ? x64 : arm64, [
							...[process, 0].flatMap((only, at) => [load(argument(at)), ...unless(JUMP_EQUAL, only, [refuse])]),
							give(ALLOW),
						]),
					),
					...where(SENDING, (at) => [load(at), ...when(JUMP_ANY_BIT, MSG_FASTOPEN, [refuse])]),
				]),
		...(alone?.network === true ? onCall(calls.connect, [give(ASK)]) : []),
		// Its flags are behind a pointer that a filter cannot follow. C libraries fall back to clone on ENOSYS.
		...onCall(calls.clone3, [give(errno(ENOSYS))]),
		...onCall(calls.clone, [load(argument(0)), ...when(JUMP_ANY_BIT, NAMESPACE_FLAGS, [refuse]), give(ALLOW)]),
		...onCall(calls.ioctl, [
			load(argument(1)),
			...[...TERMINAL_INJECTION, ...(alone === undefined ? [] : FILE_ATTRIBUTES)].flatMap((request) => when(JUMP_EQUAL, request, [refuse])),
			give(ALLOW),
		]),
		...onCall(calls.socket, [
			...(alone?.network === false ? [refuse] : []),
			load(argument(0)),
			// Interface lists (os.networkInterfaces) come through NETLINK_ROUTE, which an empty network namespace makes harmless.
			...when(JUMP_EQUAL, AF_NETLINK, [load(argument(2)), ...when(JUMP_EQUAL, 0, [give(ALLOW)]), refuse]),
			...unless(JUMP_EQUAL, AF_INET, [...unless(JUMP_EQUAL, AF_INET6, [refuse])]),
			...(alone === undefined ? [] : [load(argument(1)), and(SOCKET_TYPE_MASK), ...unless(JUMP_EQUAL, SOCK_STREAM, [refuse])]),
			// Other protocols would load kernel modules that nobody looks at.
			load(argument(2)),
			...[0, IPPROTO_TCP, IPPROTO_UDP].flatMap((protocol) => when(JUMP_EQUAL, protocol, [give(ALLOW)])),
			refuse,
		]),
		// Pairs carry the pipes of child processes. A datagram pair could be turned towards a named socket, so it is refused.
		...onCall(calls.socketpair, [
			load(argument(0)),
			...unless(JUMP_EQUAL, AF_UNIX, [refuse]),
			load(argument(1)),
			and(SOCKET_TYPE_MASK),
			...[SOCK_STREAM, SOCK_SEQPACKET].flatMap((type) => when(JUMP_EQUAL, type, [give(ALLOW)])),
			refuse,
		]),
		give(ALLOW),
	];
	const bytes = Buffer.alloc(program.length * 8);
	program.forEach(({ code, yes, no, k }, i) => {
		bytes.writeUInt16LE(code, i * 8);
		bytes.writeUInt8(yes, i * 8 + 2);
		bytes.writeUInt8(no, i * 8 + 3);
		bytes.writeUInt32LE(k >>> 0, i * 8 + 4);
	});
	return bytes;
}

/** Null: there is no filter for this processor, and so no sandbox. */
export function seccompArch(arch: string): SeccompArch | null {
	return arch === "x64" || arch === "arm64" ? arch : null;
}
