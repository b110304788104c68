import { fail } from "../../core/result.ts";

/** A person's no is no problem: nothing is said about it. */
export const CANCELLED = fail("cancelled", "Nothing was changed.", "");
