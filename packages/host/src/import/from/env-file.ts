/**
 * Reads a file of variables as compose and most tools do: `KEY=value` lines, perhaps with `export` before and quotes
 * around the value; `#` begins a comment. A line without `=` says nothing.
 */
export function parseEnvFile(text: string): Readonly<Record<string, string>> {
  const found = text.split('\n').flatMap((line): readonly (readonly [string, string])[] => {
    const [, key, value] = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_.]*)\s*=(.*)$/.exec(line.trimEnd()) ?? []
    return key === undefined || value === undefined ? [] : [[key, valueOf(value.trim())]]
  })
  return Object.fromEntries(found)
}

function valueOf(text: string): string {
  const quoted = /^(["'])(.*)\1(?:\s+#.*)?$/.exec(text)
  return quoted?.[2] ?? text.replace(/(?:^|\s+)#.*$/, '')
}
