import { type ArgumentClasses, DEFAULT_CLASSES } from "../audit/classes.ts";
import { DEFAULT_RETENTION, type Retention } from "../audit/retention.ts";
import type { PolicyLayer } from "./layers.ts";
import type { AuditPolicy } from "./schema.ts";
import { parseSize } from "./sizes.ts";

/** How a launcher keeps its log. */
export interface AuditSettings {
	readonly classes: ArgumentClasses;
	/** What becomes of a call whose record cannot be written. */
	readonly onFailure: "refuse" | "allow";
	readonly retention: Retention;
}

/** Where no policy can be read. */
export const DEFAULT_AUDIT_SETTINGS: AuditSettings = { classes: DEFAULT_CLASSES, onFailure: "refuse", retention: DEFAULT_RETENTION };

/**
 * What all layers together say. The administrator and the person decide what is kept: of them, the one that keeps less of arguments, the one that
 * refuses, and the one that keeps logs longer. Every other layer can only have less kept of arguments, and calls refused.
 */
export function auditSettings(layers: readonly PolicyLayer[]): AuditSettings {
	const said = layers.flatMap(({ source, policy: { audit } }) =>
		audit === undefined ? [] : [{ audit, rules: source === "user" || source === "managed" }],
	);
	const ruling = said.filter(({ rules }) => rules).map(({ audit }) => audit);
	const narrowing = said.filter(({ rules }) => !rules).map(({ audit }) => audit);
	const days = numbers(ruling, ({ keepDays }) => keepDays);
	const bytes = numbers(ruling, ({ keepSize }) => (typeof keepSize === "string" ? (parseSize(keepSize) ?? undefined) : keepSize));
	const failures = ruling.flatMap(({ onFailure }) => onFailure ?? []);
	const mayGoOn = failures.includes("allow") && ![...ruling, ...narrowing].some(({ onFailure }) => onFailure === "refuse");
	const least = <T>(order: readonly (T | undefined)[], usual: T, of: (policy: AuditPolicy) => T | undefined): T => {
		const rank = (policies: readonly AuditPolicy[]): number => Math.max(-1, ...policies.map((policy) => order.indexOf(of(policy))));
		const ruled = rank(ruling);
		// The usual counts only where neither the administrator nor the person says anything.
		return order[Math.max(ruled < 0 ? order.indexOf(usual) : ruled, rank(narrowing))] ?? usual;
	};
	return {
		classes: {
			arguments: least(["full", "shapes", "none"], DEFAULT_CLASSES.arguments, (each) => each.arguments),
			sql: least(["full", "shape"], DEFAULT_CLASSES.sql, (each) => each.sql),
			paths: least(["full", "home", "names"], DEFAULT_CLASSES.paths, (each) => each.paths),
			personal: least(["full", "masked"], DEFAULT_CLASSES.personal, (each) => each.personal),
		},
		onFailure: mayGoOn ? "allow" : "refuse",
		retention: {
			days: days.length === 0 ? DEFAULT_RETENTION.days : Math.max(...days),
			bytes: bytes.length === 0 ? DEFAULT_RETENTION.bytes : Math.max(...bytes),
		},
	};
}

/**
 * The same, with what the person's own files say held to what they accepted of it: logs are kept as long as either says, and a call goes on without
 * its record only if both let it. What is kept of arguments is neither more nor less until it is accepted.
 *
 * @param accepted undefined: nothing was
 */
export function heldAuditSettings(layers: readonly PolicyLayer[], accepted: AuditPolicy | undefined): AuditSettings {
	const asked = auditSettings(layers);
	const was = auditSettings([...layers.filter(({ source }) => source !== "user"), ownAudit(accepted)]);
	return {
		classes: was.classes,
		onFailure: asked.onFailure === "allow" && was.onFailure === "allow" ? "allow" : "refuse",
		retention: {
			days: Math.max(asked.retention.days, was.retention.days),
			bytes: Math.max(asked.retention.bytes, was.retention.bytes),
		},
	};
}

/** What one person's policies mean together, as one. Undefined: nothing. */
export function mergedAudit(policies: readonly AuditPolicy[]): AuditPolicy | undefined {
	if (policies.length === 0) return undefined;
	const { classes, onFailure, retention } = auditSettings(policies.map(ownAudit));
	const says = (of: (policy: AuditPolicy) => unknown): boolean => policies.some((policy) => of(policy) !== undefined);
	return {
		...(says((each) => each.arguments) ? { arguments: classes.arguments } : {}),
		...(says((each) => each.sql) ? { sql: classes.sql } : {}),
		...(says((each) => each.paths) ? { paths: classes.paths } : {}),
		...(says((each) => each.personal) ? { personal: classes.personal } : {}),
		...(says((each) => each.onFailure) ? { onFailure } : {}),
		...(says((each) => each.keepDays) ? { keepDays: retention.days } : {}),
		...(says((each) => each.keepSize) ? { keepSize: retention.bytes } : {}),
	};
}

function ownAudit(audit: AuditPolicy | undefined): PolicyLayer {
	return { source: "user", file: "", policy: { version: 1, servers: [], ...(audit === undefined ? {} : { audit }) } };
}

function numbers(policies: readonly AuditPolicy[], of: (policy: AuditPolicy) => number | undefined): readonly number[] {
	return policies.flatMap((policy) => of(policy) ?? []);
}
