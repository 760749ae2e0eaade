import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import { sqliteCatalog } from '../../src/catalog/sqlite-catalog.ts'
import { sqliteJournal } from '../../src/journal/sqlite-journal.ts'

// Opens a journal and a catalog that nobody has made yet at the very time that it is told, and says how that went.
for await (const line of createInterface(process.stdin)) {
  const [path, at] = line.split(' ')
  while (Date.now() < Number(at));
  try {
    using _journal = sqliteJournal(`${String(path)}.journal`)
    using _catalog = sqliteCatalog(`${String(path)}.catalog`)
    writeSync(1, 'opened\n')
  } catch (error) {
    writeSync(1, `${String(error)}\n`)
  }
}
