import { readFileSync } from 'node:fs'
import { conclude, sourceFiles } from './source-files.ts'

/** Codes without an area, and findings that core makes of anything. */
const WITHOUT_AREA = /\bSalvageError\(\s*'([A-Z_]+)'|\bcode: '([A-Z_]+)'/g
const DOTTED = /'([A-Z][A-Z0-9]*(?:\.[A-Z][A-Z0-9_]*)+)'/g
/** Codes that are put together where one text serves several areas. */
const OF_ANY_AREA = /`\$\{[\w.]*area\}\.([^`]+)`/g
const AREA = /\barea: '([A-Z]+)'/g
const LISTED = /^\| `([A-Z0-9._]+)`/gm

const used = new Map<string, string>()
const files = sourceFiles()
const areas = files.flatMap(({ text }) => [...text.matchAll(AREA)].map((match) => match[1] ?? ''))
for (const { path, text } of files) {
  const code = text.replaceAll(/\/\*[^]*?\*\//g, '')
  for (const match of [...code.matchAll(DOTTED), ...code.matchAll(WITHOUT_AREA)])
    used.set(match[1] ?? match[2] ?? '', path)
  for (const [, end = ''] of code.matchAll(OF_ANY_AREA))
    for (const [reason] of end.matchAll(/[A-Z][A-Z_]+/g))
      for (const area of new Set(areas)) used.set(`${area}.${reason}`, path)
}
const listed = [...readFileSync('docs/errors.md', 'utf8').matchAll(LISTED)].map((match) => match[1] ?? '')
const known = new Set(listed)

conclude('docs/errors.md', [
  ...[...used].filter(([code]) => !known.has(code)).map(([code, path]) => `${code}: used in ${path} and not listed`),
  ...[...known].filter((code) => !used.has(code)).map((code) => `${code}: listed and used nowhere`),
  ...listed.filter((code, at) => listed.indexOf(code) !== at).map((code) => `${code}: listed twice`),
])
