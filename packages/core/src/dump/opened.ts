import { SalvageError } from '../error.ts'
import type { StreamSource } from '../target/source.ts'
import type { DumpCall, DumpFile, DumpOpener } from './dump.ts'

const LONGEST_NAME = 255

/**
 * The files of a dump, as a crane may take them: at least one, with names under which they can stand in one directory,
 * and not two where the source says one. A file that nobody read to its end is destroyed when the next one is asked for,
 * or nothing more is. Rejects with `DUMP.NOT_WHOLE` for a dump without a file.
 */
export async function* opened(
  opener: DumpOpener,
  source: StreamSource,
  options: DumpCall,
): AsyncGenerator<DumpFile, void> {
  const names = new Set<string>()
  for await (const file of opener.open(source.token, options)) {
    // Nobody has to listen to it.
    file.whole.catch(() => undefined)
    try {
      check(file, names, source)
      names.add(file.name)
      yield file
    } finally {
      file.content.destroy()
    }
  }
  options.signal.throwIfAborted()
  if (names.size > 0) return
  throw new SalvageError('DUMP.NOT_WHOLE', `the dump by ${source.backend} holds no file`)
}

/** What is wrong here is a bug of the opener. */
function check({ name }: DumpFile, names: ReadonlySet<string>, { backend, several }: StreamSource): void {
  if (!isPlainName(name)) throw new Error(`a dump by ${backend} has a file called ${JSON.stringify(name)}`)
  if (names.has(name)) throw new Error(`a dump by ${backend} has two files called ${name}`)
  if (several === undefined && names.size > 0) throw new Error(`a dump of one file by ${backend} has a second: ${name}`)
}

function isPlainName(name: string): boolean {
  return !/^\.{0,2}$|[/\0]/.test(name) && Buffer.byteLength(name) <= LONGEST_NAME
}
