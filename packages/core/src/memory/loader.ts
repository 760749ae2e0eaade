import { text } from 'node:stream/consumers'
import { z } from 'zod'
import type { DumpLoader, StoredDump } from '../dump/loader.ts'
import { errorText, SalvageError } from '../error.ts'
import type { Json } from '../json.ts'
import type { MemoryDump, MemoryPlatform } from './platform.ts'

/** Loads dumps into the databases of a memory platform. It takes files `*.sql` without a NUL that do not begin with `newer`. */
export function memoryLoader(platform: MemoryPlatform): DumpLoader {
  const databaseOf = (token: Json): { readonly name: string; readonly database: MemoryDump } => {
    const name = z.string().parse(token)
    const database = platform.databases.get(name)
    if (database === undefined) throw new SalvageError('DUMP.CHANGED', `the database ${name} is gone`)
    return { name, database }
  }
  return {
    async ready(token, { signal }) {
      signal.throwIfAborted()
      const { name, database } = databaseOf(token)
      if (database.fails === 'start') throw new SalvageError('DUMP.UNREACHABLE', `${name} does not answer`)
      return { workload: `memory:${name}` }
    },
    async check(token, files, { signal }) {
      signal.throwIfAborted()
      const { name, database } = databaseOf(token)
      const contents = await wholeFiles(files)
      for (const [file, content] of contents)
        if (content.startsWith('newer')) throw new SalvageError('DUMP.SKEW', `${file} is of a newer server`)
      return {
        token: name,
        async load(options) {
          const loaded: string[] = []
          for (const [file, content] of contents) {
            try {
              options.signal.throwIfAborted()
              await loadFile(
                platform,
                { name, file, content },
                { fails: database.fails === 'middle' && loaded.length > 0 },
              )
            } catch (error) {
              if (loaded.length === 0) throw error
              throw new SalvageError('DUMP.HALF_RESTORED', `${name}: loaded is ${loaded.join(', ')}, not ${file}`, {
                why: errorText(error),
                cause: error,
              })
            }
            loaded.push(file)
          }
        },
      }
    },
    async settle(token, { signal }) {
      signal.throwIfAborted()
      const name = z.string().parse(token)
      const former = platform.loading.get(name)
      if (former !== undefined) platform.databases.set(name, former)
      platform.loading.delete(name)
    },
    async prove(token, files, { signal }) {
      signal.throwIfAborted()
      const { name } = databaseOf(token)
      await wholeFiles(files)
      return `memory of ${name}`
    },
  }
}

async function wholeFiles(files: readonly StoredDump[]): Promise<ReadonlyMap<string, string>> {
  const contents = new Map<string, string>()
  for (const file of files) {
    const { name } = file
    if (!name.endsWith('.sql')) throw new SalvageError('DUMP.NO_DUMP', `${name} is no file of a dump`)
    const content = await text(file.open())
    if (content.includes('\0')) throw new SalvageError('DUMP.NOT_WHOLE', `${name} is not whole`)
    contents.set(name, content)
  }
  if (contents.size === 0) throw new SalvageError('DUMP.NO_DUMP', 'a dump has files')
  return contents
}

interface LoadedFile {
  readonly name: string
  readonly file: string
  readonly content: string
}

/** What it breaks off at is torn until it is settled. */
async function loadFile(
  { databases, loading }: MemoryPlatform,
  { name, file, content }: LoadedFile,
  { fails }: { readonly fails: boolean },
): Promise<void> {
  const former = databases.get(name)
  if (former === undefined) throw new SalvageError('DUMP.CHANGED', `the database ${name} is gone`)
  const reads = (now: string): Map<string, MemoryDump> =>
    databases.set(name, { ...former, files: new Map([...former.files, [file, now]]) })
  loading.set(name, former)
  reads('torn')
  await Promise.resolve()
  if (fails) throw new SalvageError('DUMP.RESTORE_FAILED', `${name} does not take ${file}`)
  reads(content)
  loading.delete(name)
}
