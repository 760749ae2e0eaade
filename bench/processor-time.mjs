import { readFileSync } from 'node:fs'

/** Milliseconds in a hundredth of a second, in which Linux counts. */
const TICK = 10

/** The processor time of this process, all of its threads and those children that have ended, in milliseconds. */
export function processorTime() {
  const stat = readFileSync('/proc/self/stat', 'latin1')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks) * TICK, 0)
}
