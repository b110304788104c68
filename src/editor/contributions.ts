/**
 * Every id that package.json contributes, typed. A test holds the two together: what is named here is registered, titled and
 * contributed, and nothing else is.
 */
export const COMMANDS = [
	// the view
	"sallyport.refresh",
	"sallyport.filter",
	"sallyport.openServer",
	// tools
	"sallyport.listTools",
	"sallyport.allowTools",
	"sallyport.allowReadingTools",
	"sallyport.denyTools",
	"sallyport.showDefinition",
	"sallyport.showDrift",
	// what else a server is granted
	"sallyport.approve",
	"sallyport.allowPath",
	"sallyport.allowHost",
	"sallyport.listExtras",
	"sallyport.allowExtras",
	"sallyport.denyExtras",
	"sallyport.acceptChanges",
	"sallyport.takeAway",
	"sallyport.revoke",
	// fixes
	"sallyport.secure",
	"sallyport.wrap",
	"sallyport.unwrap",
	"sallyport.moveSecret",
	"sallyport.pinVersion",
	"sallyport.mendText",
	"sallyport.mendAlike",
	"sallyport.ignore",
	"sallyport.fixFile",
	"sallyport.fixWorkspace",
	"sallyport.showRule",
	// live
	"sallyport.reviewRefusals",
	"sallyport.showLog",
	// the view of what was done
	"sallyport.showDecision",
	"sallyport.allowRefused",
	"sallyport.copyRecord",
	"sallyport.showLogFile",
	"sallyport.pauseActivity",
	"sallyport.resumeActivity",
	"sallyport.clearActivity",
	"sallyport.groupActivity",
	"sallyport.listActivity",
	"sallyport.showRefusedOnly",
	"sallyport.showAllActivity",
	// set-up
	"sallyport.setUp",
	"sallyport.checkMachine",
	"sallyport.openWalkthrough",
	"sallyport.openQuickstart",
] as const;
export type CommandId = (typeof COMMANDS)[number];

export const VIEW = "sallyport.servers";
export const ACTIVITY_VIEW = "sallyport.activity";
export const WALKTHROUGH = "sallyport.start";

/** What `when` clauses and walkthrough steps ask for. */
export const CONTEXT_KEYS = [
	/** The config files have been looked for. */
	"sallyport.ready",
	/** There is at least one server in the view. */
	"sallyport.hasServers",
	/** Of the view *Activity*: it stands still, shows nothing but what was refused, is one list rather than one a server. */
	"sallyport.activity.paused",
	"sallyport.activity.refusedOnly",
	"sallyport.activity.flat",
	/** The keychain fix was used, a server was wrapped, listed, a tool allowed. */
	"sallyport.did.move",
	"sallyport.did.wrap",
	"sallyport.did.list",
	"sallyport.did.allow",
	/** The launcher is installed and the machine was checked. */
	"sallyport.did.setUp",
] as const;
export type ContextKey = (typeof CONTEXT_KEYS)[number];

/** Settings, each under `sallyport.`. */
export interface Settings {
	/** Rule → severity, or `off`. */
	readonly rules: Readonly<Record<string, "error" | "warning" | "info" | "hint" | "off">>;
	readonly vault: "keychain" | "sealed";
	readonly codeLens: boolean;
	/** List the hosts' per-user files in the view. */
	readonly userFiles: boolean;
	readonly notifications: boolean;
}
