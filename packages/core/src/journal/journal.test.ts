import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { journalContract } from '../testing/journal-contract.ts'
import { memoryJournal } from './memory-journal.ts'
import { sqliteJournal } from './sqlite-journal.ts'

journalContract('memory', async () => {
  const journal = memoryJournal()
  return { journal, again: () => journal, [Symbol.asyncDispose]: async () => Promise.resolve() }
})

journalContract('sqlite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'salvage-journal-'))
  const open = new DisposableStack()
  open.defer(() => rmSync(directory, { recursive: true }))
  const again = (): ReturnType<typeof sqliteJournal> => open.use(sqliteJournal(join(directory, 'journal.sqlite')))
  return { journal: again(), again, [Symbol.asyncDispose]: async () => open.dispose() }
})
