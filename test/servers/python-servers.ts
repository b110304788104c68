/** What `docs/servers.md` says of servers of Python's registry: none of them is started by this script, which reaches npm's registry alone. */
export const PYTHON_SERVERS = `\`uvx NAME\`, \`uv tool run\`, and \`pipx run\` are taken in the same two steps as \`npx\`. \`uvx name@1.2\`, \`--from SPEC COMMAND\`, \`--with SPEC\`, \`--python 3.12\`,
extras (\`name[cli]\`), version conditions and \`pipx run --spec SPEC COMMAND\` are understood; an option that is not understood is refused by its name.

- **Installing**, at the approval: in a sandbox that reaches the index alone, from wheels alone (\`--only-binary :all:\`): an archive of sources would have
  to be built, which runs its code, and is refused. Every wheel's SHA-256 goes into the lock, and what is installed is checked against the lock and each
  package's own list of files (\`RECORD\`). uv installs for a line of uv where it is in PATH; else pip does, and says so. No interpreter is downloaded.
- **Running**: the interpreter that was installed for, without the machine's packages, the user's, \`PYTHONPATH\` and any \`.pth\` file (\`-I -S -B\`); the store
  is read-only, and there is no network that was not granted.
- **Where packages come from** is said by your own configuration alone: \`uv.toml\`, \`pip.conf\`, \`UV_DEFAULT_INDEX\`, \`UV_INDEX_URL\`, \`PIP_INDEX_URL\`, with
  credentials in the address or in \`.netrc\`, \`PIP_CERT\` and \`SSL_CERT_FILE\`, and the proxies of your shell. A project's \`uv.toml\` or \`pyproject.toml\` does not
  count, and a line may only repeat the index that you configured. It may be of this machine or of a private network, if you named it.
- **Several indexes** (\`extra-index-url\`): whichever has the higher version would answer for a name, a stranger's too. So a package is taken only where one
  index alone knows its name, or where all that know it say the very hash of what was fetched; uv takes the first that knows it. Folders of wheels and
  folders that are an index (\`file:\`) are asked first, and a name that a folder has is never taken from the network.
- **Not supported**: \`uv run\` and \`--with-editable\` (a project is built anew at every start), git and other addresses, \`--pip-args\`, keyrings, client
  certificates, and an index that keeps its files on another host (PyPI's own second host is known).

What was tried: pip 23 to 26 with Python 3.8 to 3.13 install a server of forty lines and what it needs from an index on this machine, as pages and as JSON, with
credentials and over TLS, and refuse a dozen hostile wheels; the server answers offline, through the launcher. **Unproven**: uv itself, which could not be had
where these tests run (what it is handed is tested, and not what it does with it); real servers of PyPI; and indexes of companies.`;
