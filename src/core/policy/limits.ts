import { PolicyLimits } from "./schema.ts";
import { parseSize, sizeText } from "./sizes.ts";

/** What one server may use at most. A key that is missing: the sandbox's own default. */
export interface Limits {
	/** Of the server and all that it starts, together where the system can count that, else of each process. */
	readonly memoryBytes?: number;
	/** Processes and threads together. */
	readonly processes?: number;
	/** Open files of one process. */
	readonly files?: number;
	/** Of each of the server's private file systems. */
	readonly diskBytes?: number;
	/** Processor time of one process. */
	readonly cpuSeconds?: number;
	/** Calls of one tool. */
	readonly callsPerMinute?: number;
	/** Calls of all tools, and requests for one thing beside tools, together. */
	readonly sessionCallsPerMinute?: number;
	/** The same, from the start of the server to its end. */
	readonly sessionCalls?: number;
	/** Bytes of the message that answers a request. */
	readonly resultBytes?: number;
	/** A longer answer is cut, with a mark. Undefined: it is refused. */
	readonly overlong?: "cut" | "refuse";
	/** Requests of the host that wait for an answer. */
	readonly pending?: number;
}

/** Those that hold for its messages, and can change while it runs. */
export type MessageLimits = Pick<
	Limits,
	"callsPerMinute" | "sessionCallsPerMinute" | "sessionCalls" | "resultBytes" | "overlong" | "pending"
>;

/** Those that a server is started with. */
export function startLimits({ memoryBytes, processes, files, diskBytes, cpuSeconds }: Limits) {
	return { memoryBytes, processes, files, diskBytes, cpuSeconds };
}

/** Of all limits, those for its messages. */
export function messageLimits({
	memoryBytes: _m,
	processes: _p,
	files: _f,
	diskBytes: _d,
	cpuSeconds: _c,
	...limits
}: Limits): MessageLimits {
	return limits;
}

export function limitsOf(limits: PolicyLimits): Limits {
	// The older name, which says bytes.
	const memory = smaller(bytesOf(limits.memory), limits.memoryBytes);
	const disk = bytesOf(limits.disk);
	const resultBytes = bytesOf(limits.resultSize);
	const { processes, files, cpuSeconds, callsPerMinute, sessionCallsPerMinute, sessionCalls, overlong, pending } = limits;
	return {
		...(memory === undefined ? {} : { memoryBytes: memory }),
		...(processes === undefined ? {} : { processes }),
		...(files === undefined ? {} : { files }),
		...(disk === undefined ? {} : { diskBytes: disk }),
		...(cpuSeconds === undefined ? {} : { cpuSeconds }),
		...(callsPerMinute === undefined ? {} : { callsPerMinute }),
		...(sessionCallsPerMinute === undefined ? {} : { sessionCallsPerMinute }),
		...(sessionCalls === undefined ? {} : { sessionCalls }),
		...(resultBytes === undefined ? {} : { resultBytes }),
		...(overlong === undefined ? {} : { overlong }),
		...(pending === undefined ? {} : { pending }),
	};
}

/** Null: it is not what may stand under `limits` in a policy file. */
export function parsePolicyLimits(value: unknown): Limits | null {
	const parsed = PolicyLimits.safeParse(value);
	return parsed.success ? limitsOf(parsed.data) : null;
}

/** The same limits as a policy file has them. */
export function policyLimits({ memoryBytes, diskBytes, resultBytes, ...rest }: Limits): PolicyLimits {
	return {
		...(memoryBytes === undefined ? {} : { memory: sizeText(memoryBytes) }),
		...(diskBytes === undefined ? {} : { disk: sizeText(diskBytes) }),
		...(resultBytes === undefined ? {} : { resultSize: sizeText(resultBytes) }),
		...rest,
	};
}

/** What a policy file calls each limit. */
export const LIMIT_NAMES = [
	"memory",
	"processes",
	"files",
	"disk",
	"cpuSeconds",
	"callsPerMinute",
	"sessionCallsPerMinute",
	"sessionCalls",
	"resultSize",
	"overlong",
	"pending",
] as const;
export type LimitName = (typeof LIMIT_NAMES)[number];

/** The limits without these. */
export function lifted(limits: Limits, names: readonly LimitName[]): Limits {
	const gone = new Set<string>(names);
	return limitsOf(Object.fromEntries(Object.entries(policyLimits(limits)).filter(([name]) => !gone.has(name))));
}

/** The smaller of each. An answer that is too long is cut only where nobody says that it is refused. */
export function narrowLimits({ overlong: first, ...a }: Limits, { overlong: second, ...b }: Limits): Limits {
	const result: Record<string, number> = {};
	for (const [name, value] of [...Object.entries(a), ...Object.entries(b)])
		if (value !== undefined) result[name] = Math.min(value, result[name] ?? value);
	const overlong = first === "refuse" || second === "refuse" ? "refuse" : first;
	return { ...result, ...(overlong === undefined ? {} : { overlong }) };
}

/** True when some limit of `before` is looser in `after`. */
export function isRaised({ overlong: first, ...before }: Limits, { overlong: second, ...after }: Limits): boolean {
	const now: Readonly<Record<string, number | undefined>> = after;
	if (Object.entries(before).some(([name, value]) => (now[name] ?? Number.POSITIVE_INFINITY) > value)) return true;
	return first !== "cut" && second === "cut";
}

/** For people, one line each: `memory 1GiB`. */
export function limitLines(limits: Limits): readonly string[] {
	return Object.entries(policyLimits(limits)).map(([name, value]) => `${name} ${value}`);
}

function bytesOf(size: string | number | undefined): number | undefined {
	return typeof size === "string" ? (parseSize(size) ?? undefined) : size;
}

function smaller(a: number | undefined, b: number | undefined): number | undefined {
	return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}
