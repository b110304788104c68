import * as vscode from "vscode";
import * as z from "zod/mini";
import { WALKTHROUGH } from "../contributions.ts";
import type { Services } from "../services.ts";

/** The steps of the walkthrough, as its manifest and the context keys `sallyport.did.STEP` name them. */
const STEPS = ["setUp", "move", "wrap", "list", "allow"] as const;
export type Step = (typeof STEPS)[number];

const KEY = "done";
const Done = z.catch(z.array(z.enum(STEPS)), []);

/** The person has done this: the walkthrough's step is ticked, now and in every window from now on. */
export function markDone(services: Pick<Services, "context">, step: Step): void {
	void vscode.commands.executeCommand("setContext", `sallyport.did.${step}`, true);
	const done = doneBefore(services);
	if (!done.includes(step)) void services.context.globalState.update(KEY, [...done, step]);
}

/** Tells the editor what was done in earlier sessions. */
export function restoreProgress(services: Pick<Services, "context">): void {
	for (const step of doneBefore(services)) void vscode.commands.executeCommand("setContext", `sallyport.did.${step}`, true);
}

/** Ticks in the open walkthrough what was done before it was first opened: the editor itself overlooks that, and may not know the command. */
export async function tickDone(services: Pick<Services, "context">): Promise<void> {
	const walkthrough = `${services.context.extension.id}#${WALKTHROUGH}`;
	for (const step of doneBefore(services))
		await Promise.resolve(vscode.commands.executeCommand("welcome.markStepComplete", `${walkthrough}#${step}`)).catch(() => {});
}

function doneBefore({ context }: Pick<Services, "context">): readonly Step[] {
	return Done.parse(context.globalState.get(KEY));
}
