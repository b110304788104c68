/** Put in its place when the launcher is built. */
declare const __SALLYPORT_VERSION__: string | undefined;

/** The launcher's version; null: it runs from its sources. */
export const launcherVersion: string | null = typeof __SALLYPORT_VERSION__ === "string" ? __SALLYPORT_VERSION__ : null;
