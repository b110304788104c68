const PREFIX = "io.modelcontextprotocol/";

/** Keys of `_meta` that the protocol itself gives a meaning. */
export const Meta = {
	protocolVersion: `${PREFIX}protocolVersion`,
	clientCapabilities: `${PREFIX}clientCapabilities`,
	clientInfo: `${PREFIX}clientInfo`,
	serverInfo: `${PREFIX}serverInfo`,
	subscriptionId: `${PREFIX}subscriptionId`,
} as const;

/** The extension by which a server or a host says that it has tasks. */
export const TASKS_EXTENSION = `${PREFIX}tasks`;
