import { archiveCrane } from '../../src/archive/archive-crane.ts'
import { archiveStore } from '../../src/archive/archive-store.ts'

/** Lifts SOURCE into STORE as ID, and says when it begins. The test kills it somewhere on the way. */
const [source = '', store = '', id = ''] = process.argv.slice(2)
process.stdout.write('begins\n')
await archiveCrane(`${store}-state`).lift(
  {
    id,
    runId: 'run',
    target: 'dir:/a',
    store: archiveStore(store),
    at: '2026-11-21T08:00:00.000Z',
    machine: 'test',
  },
  { medium: 'directory', path: source },
  { signal: new AbortController().signal },
)
