import { DEFAULT_RULES, type RetentionRules } from '../retention/rules.ts'
import { readBool, readInt } from './go-values.ts'
import { variables, type Environment } from './variable.ts'

/**
 * The rules that the `RETAIN_…` variables of backup-ns's pruner make; empty ones count as not set. Throws `BAK.INVALID` for what is
 * not understood.
 */
export function parseRetain(environment: Environment): { readonly rules: RetentionRules; readonly dryRun: boolean } {
  const set = Object.fromEntries(Object.entries(environment).filter(([, value]) => value !== ''))
  const from = variables(set)
  const last = (name: string, fallback: number): number =>
    from.read(name, atLeastNone, fallback, 'a whole number from 0')
  const parsed = {
    rules: {
      daily: last('RETAIN_LAST_DAILY', DEFAULT_RULES.daily),
      weekly: last('RETAIN_LAST_WEEKLY', DEFAULT_RULES.weekly),
      monthly: last('RETAIN_LAST_MONTHLY', DEFAULT_RULES.monthly),
    },
    dryRun: from.read('RETAIN_DRY_RUN', readBool, false, 'true or false'),
  }
  from.conclude()
  return parsed
}

function atLeastNone(text: string): number | undefined {
  const value = readInt(text)
  return value === undefined || value < 0 ? undefined : value
}
