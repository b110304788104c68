/** A package as a lock pins it. `integrity` is null where it came inside the archive of another one. */
export interface PinnedPackage {
	readonly name: string;
	readonly version: string;
	readonly integrity: string | null;
}

/** What is another one between two locks. Empty lists: nothing. Each in the order of names. */
export interface PackageChange {
	readonly added: readonly { readonly name: string; readonly versions: readonly string[] }[];
	readonly removed: readonly { readonly name: string; readonly versions: readonly string[] }[];
	readonly changed: readonly { readonly name: string; readonly from: readonly string[]; readonly to: readonly string[] }[];
	/** The same version, and other content: a registry that keeps its word never serves that. */
	readonly replaced: readonly { readonly name: string; readonly version: string }[];
}

/** A name may be there in several versions. */
export function packageChange(before: readonly PinnedPackage[], after: readonly PinnedPackage[]): PackageChange {
	const [old, now] = [versionsOf(before), versionsOf(after)];
	const only = (some: Versions, others: Versions) =>
		[...some].filter(([name]) => !others.has(name)).map(([name, versions]) => ({ name, versions: [...versions.keys()] }));
	const both = [...old].flatMap(([name, from]) => {
		const to = now.get(name);
		return to === undefined ? [] : [{ name, from, to }];
	});
	return {
		added: only(now, old),
		removed: only(old, now),
		changed: both
			.filter(({ from, to }) => [...from.keys()].join() !== [...to.keys()].join())
			.map(({ name, from, to }) => ({ name, from: [...from.keys()], to: [...to.keys()] })),
		replaced: both.flatMap(({ name, from, to }) =>
			[...from].flatMap(([version, integrity]) =>
				integrity !== null && (to.get(version) ?? integrity) !== integrity ? [{ name, version }] : [],
			),
		),
	};
}

/** Name → version → integrity, both sorted. */
type Versions = ReadonlyMap<string, ReadonlyMap<string, string | null>>;

function versionsOf(packages: readonly PinnedPackage[]): Versions {
	const named = new Map<string, Map<string, string | null>>();
	for (const { name, version, integrity } of packages.toSorted(byNameAndVersion)) {
		const versions = named.get(name) ?? new Map<string, string | null>();
		versions.set(version, versions.get(version) ?? integrity);
		named.set(name, versions);
	}
	return named;
}

function byNameAndVersion(a: PinnedPackage, b: PinnedPackage): number {
	return order(a.name, b.name) || order(a.version, b.version);
}

function order(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
