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
}

export function limitsOf(limits: PolicyLimits): Limits {
	// The older name, which says bytes.
	const memory = smaller(bytesOf(limits.memory), limits.memoryBytes);
	const disk = bytesOf(limits.disk);
	const { processes, files, cpuSeconds } = limits;
	return {
		...(memory === undefined ? {} : { memoryBytes: memory }),
		...(processes === undefined ? {} : { processes }),
		...(files === undefined ? {} : { files }),
		...(disk === undefined ? {} : { diskBytes: disk }),
		...(cpuSeconds === undefined ? {} : { cpuSeconds }),
	};
}

/** Null: it is not what may stand under `limits` in a policy file. */
export function parsePolicyLimits(value: unknown): Limits | null {
	const parsed = PolicyLimits.safeParse(value);
	return parsed.success ? limitsOf(parsed.data) : null;
}

/** The same limits as a policy file has them. */
export function policyLimits({ memoryBytes, diskBytes, ...rest }: Limits): PolicyLimits {
	return {
		...(memoryBytes === undefined ? {} : { memory: sizeText(memoryBytes) }),
		...(diskBytes === undefined ? {} : { disk: sizeText(diskBytes) }),
		...rest,
	};
}

/** The smaller of each. */
export function narrowLimits(a: Limits, b: Limits): Limits {
	const result: Record<string, number> = {};
	for (const [name, value] of [...Object.entries(a), ...Object.entries(b)])
		if (value !== undefined) result[name] = Math.min(value, result[name] ?? value);
	return result;
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
