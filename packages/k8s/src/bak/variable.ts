import { SalvageError } from '@salvage-kit/core'
import type { Reader } from './go-values.ts'

/** Variables of a process, or of a pod. */
export type Environment = Readonly<Record<string, string | undefined>>

/** Reads variables one by one and keeps what is wrong with them. */
export interface Variables {
  /** `allowed` ends the sentence "must be …". A value of its own when the variable is not set. */
  readonly read: <Value>(name: string, reader: Reader<Value>, fallback: Value, allowed: string) => Value
  readonly wrong: (name: string, allowed: string) => void
  /** Throws `BAK.INVALID` when anything was wrong, with a line for each variable. */
  readonly conclude: () => void
}

/**
 * Every variable that is set must be understood: what backup-ns replaced by its default without a word, such as
 * `BAK_DRY_RUN=yes`, ends here. Values of passwords never stand in a message.
 */
export function variables(environment: Environment): Variables {
  const problems: string[] = []
  const wrong = (name: string, allowed: string): void => {
    const value = name.includes('PASSWORD') ? '' : `=${JSON.stringify(environment[name] ?? '')}`
    problems.push(`${name}${value} must be ${allowed}`)
  }
  return {
    wrong,
    read(name, reader, fallback, allowed) {
      const text = environment[name]
      if (text === undefined) return fallback
      const value = reader(text)
      if (value !== undefined) return value
      wrong(name, allowed)
      return fallback
    },
    conclude() {
      const [first, ...others] = problems
      if (first === undefined) return
      throw new SalvageError('BAK.INVALID', problems.join('; '), {
        hint:
          others.length === 0
            ? 'correct it, or remove it to get the default'
            : 'correct them, or remove them to get the defaults',
        untouched: true,
      })
    },
  }
}
