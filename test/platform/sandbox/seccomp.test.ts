import { describe, expect, it } from "vitest";
import { type SeccompArch, seccompArch, seccompFilter } from "../../../src/platform/sandbox/seccomp.ts";

const AUDIT = { x64: 0xc000003e, arm64: 0xc00000b7, i386: 0x40000003, arm: 0x40000028 };
const CALLS = {
	x64: { read: 0, openat: 257, clone: 56, clone3: 435, ptrace: 101, ioctl: 16, socket: 41, socketpair: 53, io_uring_setup: 425 },
	arm64: { read: 63, openat: 56, clone: 220, clone3: 435, ptrace: 117, ioctl: 29, socket: 198, socketpair: 199, io_uring_setup: 425 },
};

type Verdict = "allow" | "kill" | number;

/** What the kernel would do: an interpreter for the few instructions that filters have. */
function decide(program: Buffer, nr: number, arch: number, args: readonly (number | bigint)[] = []): Verdict {
	const data = Buffer.alloc(64);
	data.writeUInt32LE(nr >>> 0, 0);
	data.writeUInt32LE(arch >>> 0, 4);
	args.forEach((value, i) => {
		data.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)), 16 + 8 * i);
	});
	let accumulator = 0;
	for (let at = 0; at < program.length / 8; at++) {
		const code = program.readUInt16LE(at * 8);
		const yes = program.readUInt8(at * 8 + 2);
		const no = program.readUInt8(at * 8 + 3);
		const k = program.readUInt32LE(at * 8 + 4);
		if (code === 0x20) accumulator = data.readUInt32LE(k);
		else if (code === 0x54) accumulator = (accumulator & k) >>> 0;
		else if (code === 0x15) at += accumulator === k ? yes : no;
		else if (code === 0x35) at += accumulator >= k ? yes : no;
		else if (code === 0x45) at += (accumulator & k) !== 0 ? yes : no;
		else if (code === 0x06) return k === 0x7fff0000 ? "allow" : k === 0x80000000 ? "kill" : k & 0xffff;
		else throw new Error(`no such instruction: ${code.toString(16)}`);
	}
	throw new Error("the filter does not end");
}

describe.each(["x64", "arm64"] as const)("the system call filter for %s", (name: SeccompArch) => {
	const program = seccompFilter(name);
	const call = CALLS[name];
	const ask = (nr: number, ...args: (number | bigint)[]) => decide(program, nr, AUDIT[name], args);

	it("is a program that the kernel takes", () => {
		expect(program.length % 8).toBe(0);
		expect(program.length / 8).toBeLessThan(4096);
	});

	it("lets ordinary calls through", () => {
		expect(ask(call.read)).toBe("allow");
		expect(ask(call.openat)).toBe("allow");
	});

	it("ends a process that speaks another architecture's calls", () => {
		for (const arch of Object.values(AUDIT).filter((each) => each !== AUDIT[name])) expect(decide(program, call.read, arch)).toBe("kill");
	});

	it("refuses ptrace and io_uring, and says that clone3 is not there", () => {
		expect(ask(call.ptrace)).toBe(1);
		expect(ask(call.io_uring_setup)).toBe(1);
		expect(ask(call.clone3)).toBe(38);
	});

	it("lets clone make threads and processes, never namespaces", () => {
		expect(ask(call.clone, 0x3d0f00)).toBe("allow");
		expect(ask(call.clone, 17)).toBe("allow");
		for (const flag of [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000])
			expect(ask(call.clone, flag | 17)).toBe(1);
	});

	it("lets a file's mode be set, but for the bits that make a program run as its owner", () => {
		const calls =
			name === "x64"
				? ([
						[90, 1],
						[91, 1],
						[268, 2],
						[452, 2],
					] as const)
				: ([
						[52, 1],
						[53, 2],
						[452, 2],
					] as const);
		for (const [nr, index] of calls) {
			const args = (mode: number) => [...Array.from({ length: index }, () => 0), mode];
			expect(ask(nr, ...args(0o1777))).toBe("allow");
			for (const bit of [0o4000, 0o2000]) expect(ask(nr, ...args(bit | 0o755))).toBe(1);
		}
	});

	it("looks at the 32 bits of an ioctl request that the kernel looks at", () => {
		expect(ask(call.ioctl, 0, 0x5401)).toBe("allow");
		expect(ask(call.ioctl, 0, 0x5412)).toBe(1);
		expect(ask(call.ioctl, 0, 0xffff_ffff_0000_5412n)).toBe(1);
		expect(ask(call.ioctl, 0, 0x541c)).toBe(1);
	});

	it("lets through internet sockets and the list of interfaces, and no other", () => {
		for (const family of [2, 10]) for (const protocol of [0, 6, 17]) expect(ask(call.socket, family, 1, protocol)).toBe("allow");
		expect(ask(call.socket, 16, 3, 0)).toBe("allow");
		expect(ask(call.socket, 16, 3, 9)).toBe(1);
		for (const family of [0, 1, 3, 4, 9, 17, 21, 29, 30, 31, 38, 40, 44, 45]) expect(ask(call.socket, family, 1, 0)).toBe(1);
		for (const protocol of [33, 132, 136, 262]) expect(ask(call.socket, 2, 1, protocol)).toBe(1);
	});

	it("lets through pairs of connected unix sockets alone", () => {
		expect(ask(call.socketpair, 1, 1 | 0o2004000, 0)).toBe("allow");
		expect(ask(call.socketpair, 1, 5, 0)).toBe("allow");
		expect(ask(call.socketpair, 1, 2, 0)).toBe(1);
		expect(ask(call.socketpair, 40, 1, 0)).toBe(1);
	});
});

describe.each(["x64", "arm64"] as const)("the filter for %s where no namespaces stand beside it", (name: SeccompArch) => {
	const ask = (network: boolean, nr: number, ...args: readonly number[]) => decide(seccompFilter(name, { network }), nr, AUDIT[name], args);
	const [setpriority, ioprioSet] = name === "x64" ? [141, 251] : [140, 30];

	it("lets a process change its own priority, and not that of its user's other programs", () => {
		for (const [call, own] of [
			[setpriority, 0],
			[ioprioSet, 1],
		] as const) {
			expect(ask(true, call, own, 0, 7)).toBe("allow");
			expect(ask(true, call, own, 1234, 7)).toBe(1);
			for (const other of [0, 1, 2, 3].filter((each) => each !== own)) expect(ask(true, call, other, 0, 7)).toBe(1);
		}
	});

	it("lets it make no socket of any kind where no host is granted", () => {
		for (const family of [2, 10, 16]) expect(ask(false, CALLS[name].socket, family, 3, 0)).toBe(1);
		expect(ask(true, CALLS[name].socket, 16, 3, 0)).not.toBe("kill");
		expect(ask(true, CALLS[name].socket, 2, 1, 6)).toBe("allow");
	});
});

it("refuses the x32 calls of x86-64", () => {
	expect(decide(seccompFilter("x64"), 0x40000000, AUDIT.x64)).toBe(1);
	expect(decide(seccompFilter("x64"), 0x40000000 + 101, AUDIT.x64)).toBe(1);
});

it("has no filter for other processors", () => {
	expect(seccompArch("riscv64")).toBeNull();
	expect(seccompArch("ia32")).toBeNull();
});
