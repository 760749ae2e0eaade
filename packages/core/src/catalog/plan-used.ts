import { SalvageError } from '../error.ts'

/** A run id names archives and journal entries, so it is used once. */
export function planUsed(runId: string): SalvageError {
  return new SalvageError('PLAN.USED', `the run ${runId} has been run before`, {
    why: 'a plan carries the names of the copies that it makes, so it can be run once',
    hint: 'make a new plan',
  })
}
