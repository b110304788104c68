console.log("quick", process.version, process.execPath, process.env.PATH, Object.keys(process.env).sort().join());
