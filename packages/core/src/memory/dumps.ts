import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import { z } from 'zod'
import type { DumpFile, DumpOpener } from '../dump/dump.ts'
import { SalvageError } from '../error.ts'
import type { MemoryDump, MemoryPlatform } from './platform.ts'

/** Dumps the databases of a memory platform. The token is the name of one. */
export function memoryDumps(platform: MemoryPlatform): DumpOpener {
  return {
    async *open(token, { signal }) {
      signal.throwIfAborted()
      const name = z.string().parse(token)
      const database = platform.databases.get(name)
      if (database === undefined) throw failed(name, 'it is gone')
      if (database.fails === 'start') throw failed(name, 'its program does not start')
      platform.dumping.add(name)
      try {
        const files = [...database.files]
        for (const [place, [file, content]] of files.entries()) {
          const fails = place === files.length - 1 ? database.fails : undefined
          yield dumpFile(file, Buffer.from(content), { signal, ...(fails === undefined ? {} : { fails }) })
        }
      } finally {
        platform.dumping.delete(name)
      }
    },
  }
}

function dumpFile(
  name: string,
  bytes: Buffer,
  { signal, fails }: Pick<MemoryDump, 'fails'> & { readonly signal: AbortSignal },
): DumpFile {
  const whole = Promise.withResolvers<{ readonly bytes: number; readonly sha256: string }>()
  const half = Math.ceil(bytes.length / 2)
  async function* pieces(): AsyncGenerator<Buffer> {
    await Promise.resolve()
    yield bytes.subarray(0, half)
    signal.throwIfAborted()
    if (fails === 'middle') throw failed(name, 'its program was killed')
    yield fails === 'damaged' ? Buffer.alloc(bytes.length - half) : bytes.subarray(half)
  }
  const content = Readable.from(pieces(), { objectMode: false, signal })
  content.once('end', () => {
    if (fails === 'verdict') whole.reject(failed(name, 'its program ended with code 1'))
    else whole.resolve({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
  })
  content.once('error', (error) => {
    whole.reject(error)
  })
  // After the end this comes too late to change anything.
  content.once('close', () => {
    whole.reject(failed(name, 'it was not read to its end'))
  })
  whole.promise.catch(() => undefined)
  return { name, content, whole: whole.promise }
}

function failed(name: string, why: string): SalvageError {
  return new SalvageError('DUMP.NOT_WHOLE', `the dump of ${name} is not whole`, { why })
}
