import { expect, it } from "vitest";
import { prlimitOptions } from "../../../src/platform/sandbox/limits.ts";

const OWN = `Limit                     Soft Limit           Hard Limit           Units
Max cpu time              unlimited            unlimited            seconds
Max processes             400                  500                  processes
Max open files            1024                 2048                 files
Max data size             unlimited            unlimited            bytes
`;

it("has defaults for files and processes, and none for memory and time", () => {
	expect(prlimitOptions({}, "")).toEqual(["--core=1", "--nofile=4096", "--nproc=1024"]);
});

it("never asks for more than this process may have itself", () => {
	expect(prlimitOptions({ memoryBytes: 2 ** 31, cpuSeconds: 60 }, OWN)).toEqual([
		"--core=1",
		"--nofile=2048",
		"--nproc=500",
		"--data=2147483648",
		"--cpu=60",
	]);
	expect(prlimitOptions({ files: 100, processes: 10 }, OWN)).toEqual(["--core=1", "--nofile=100", "--nproc=10"]);
});
