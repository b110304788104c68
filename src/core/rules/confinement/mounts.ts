import type { ContainerOption } from "../supply/container-run.ts";

/** The folder or file of this machine that an option of a container puts into it; null for any other option, and for a volume that has a name. */
export function hostSide({ name, value }: ContainerOption): string | null {
	if (name === "volume") {
		const path = /^([A-Za-z]:[\\/][^:]*|\$\{[^}]*\}[^:]*|[^:]*):/.exec(value)?.[1];
		return path === undefined || path === "" ? null : path;
	}
	if (name !== "mount") return null;
	// A volume that is made of a folder, by its driver.
	const device = /(?:^|,)["']?volume-opt=device=([^,"']*)/.exec(value)?.[1];
	if (device?.startsWith("/")) return device;
	if (/(?:^|,)type=(?:volume|tmpfs|image)(?:,|$)/.test(value)) return null;
	return /(?:^|,)(?:source|src)=([^,]*)/.exec(value)?.[1] ?? null;
}
