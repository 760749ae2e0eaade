import { readdirSync, readFileSync } from 'node:fs'

const EVERY_MS = 50

/** The arguments of all processes of this machine, containers among them, as often as somebody looks. */
export interface SeenArguments extends Disposable {
  readonly all: ReadonlySet<string>
}

/** Looks until it is disposed of. */
export function seenArguments(): SeenArguments {
  const all = new Set<string>()
  const look = (): void => {
    for (const id of readdirSync('/proc'))
      if (/^\d+$/.test(id))
        try {
          all.add(readFileSync(`/proc/${id}/cmdline`, 'utf8').replaceAll('\0', ' '))
        } catch {
          // It ended meanwhile.
        }
  }
  const timer = setInterval(look, EVERY_MS)
  return { all, [Symbol.dispose]: () => clearInterval(timer) }
}
