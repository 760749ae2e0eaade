import { isSalvageError } from '../../error.ts'

/** Of the exit codes by which a crane of version 2 says so. */
const STORED_NOTHING = new Set(['STORE.NOT_FOUND', 'STORE.WRONG_PASSWORD', 'CRANE.UNSUPPORTED', 'CRANE.SETTINGS'])
/** More than one run has lifts; older ones are withdrawn the long way, which needs the crane's image. */
const REMEMBERED = 1000

/** Lifts of this process that failed and of which nothing can have reached a store. */
export interface Unbegun {
  has(lift: string): boolean
  /** Does the work of a lift, which calls `begin` when something may reach the store from now on. */
  watch<Outcome>(lift: string, work: (begin: () => void) => Promise<Outcome>): Promise<Outcome>
}

/** Remembers lifts that never began: nothing of them has to be withdrawn, and their image may not even be there. */
export function unbegun(): Unbegun {
  const lifts = new Set<string>()
  return {
    has: (lift) => lifts.has(lift),
    async watch(lift, work) {
      let began = false
      try {
        return await work(() => {
          began = true
        })
      } catch (error) {
        if (!began || (isSalvageError(error) && STORED_NOTHING.has(error.code))) lifts.add(lift)
        for (const oldest of lifts) if (lifts.size > REMEMBERED) lifts.delete(oldest)
        throw error
      }
    },
  }
}
