import { readFileSync } from 'node:fs'
import type { AllowedCall } from './filtering-proxy.ts'

/** The groups of calls in docs/docker-socket.md, by the word in backquotes in their headings. */
export function documentedCalls(): ReadonlyMap<string, readonly AllowedCall[]> {
  const text = readFileSync(new URL('../../../docs/docker-socket.md', import.meta.url), 'utf8')
  const groups = new Map<string, AllowedCall[]>()
  let current: AllowedCall[] = []
  for (const line of text.split('\n')) {
    const group = /^#+ .*`([a-z]+)`/.exec(line)?.[1]
    if (group !== undefined) {
      current = []
      groups.set(group, current)
    }
    const [, method, path] = /^\| `([A-Z]+) (\/\S*)`/.exec(line) ?? []
    if (method !== undefined && path !== undefined) current.push({ method, path })
  }
  return groups
}
