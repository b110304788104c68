// The least that an MCP server on stdio can be: what is measured around it is not its own.
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
const tool = (name, properties) => ({ name, description: name, inputSchema: { type: "object", properties } });
const tools = [tool("echo", { message: { type: "string" } }), tool("large", { bytes: { type: "number" } })];
const calls = {
	echo: ({ message }) => message,
	large: ({ bytes }) => `${"the quick brown fox jumps over 13 lazy dogs, ".repeat(bytes / 45 + 1)}`.slice(0, bytes),
};

let waiting = "";
process.stdin.setEncoding("utf8").on("data", (text) => {
	const lines = (waiting + text).split("\n");
	waiting = lines.pop();
	for (const line of lines) {
		const { id, method, params } = JSON.parse(line);
		if (method === "initialize")
			send({
				id,
				result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "trivial", version: "1" } },
			});
		else if (method === "tools/list") send({ id, result: { tools } });
		else if (method === "tools/call") send({ id, result: { content: [{ type: "text", text: calls[params.name](params.arguments) }] } });
	}
});
