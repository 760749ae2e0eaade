import type { RestorePoint, Store } from '@salvage-kit/core'
import { isSalvageError } from '@salvage-kit/core'
import { duplicityCrane } from '../../src/duplicity/duplicity-crane.ts'

/** Restores what it is told, in a process that a test may give a file system of its own, and says how that ended. */
const [state = '', job = ''] = process.argv.slice(2)
const { point, store, path }: { point: RestorePoint; store: Store; path: string } = JSON.parse(job)
const options = { signal: new AbortController().signal }
try {
  await duplicityCrane(state).archives?.lower(point, store, { medium: 'directory', path }, options)
  process.stdout.write('good')
} catch (error) {
  process.stdout.write(isSalvageError(error) ? error.code : String(error))
}
