import { SalvageError } from '@salvage-kit/core'
import { paxRecords, headerOf } from './tar-header.ts'

const BLOCK = 512

/** Something in a tar; its content is read before the next one is asked for, or passed over then. */
export interface TarItem {
  readonly path: string
  readonly kind: 'file' | 'directory' | 'other'
  readonly bytes: number
  /** Throws `DUMP.JOB_OUTPUT` when the tar breaks off. */
  content(): AsyncGenerator<Uint8Array>
}

/** What stands in the tar that an engine sends, while it comes. Throws `DUMP.JOB_OUTPUT` when it breaks off or is none. */
export async function* tarItems(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<TarItem> {
  const input = inputOf(pieces)
  try {
    let described: Readonly<Record<string, string>> = {}
    for (;;) {
      const block = await input.whole(BLOCK)
      if (block.every((byte) => byte === 0)) break
      const header = headerOf(block)
      if (header === undefined) throw broken('it is not what the engine promises')
      const { type } = header
      if (type === 'x' || type === 'g' || type === 'L') {
        const text = await input.whole(Math.ceil(header.bytes / BLOCK) * BLOCK)
        const own = text.subarray(0, header.bytes)
        if (type === 'x') described = { ...described, ...paxRecords(own) }
        if (type === 'L') described = { ...described, path: own.toString('utf8').replace(/\0.*$/s, '') }
        continue
      }
      const bytes = Number(described['size'] ?? header.bytes)
      let left = bytes
      async function* content(): AsyncGenerator<Uint8Array> {
        while (left > 0) {
          const piece = await input.some(left)
          left -= piece.length
          yield piece
        }
      }
      const kind = type === '0' ? 'file' : type === '5' ? 'directory' : 'other'
      yield { path: described['path'] ?? header.path, kind, bytes, content }
      for await (const _passed of content());
      await input.whole((BLOCK - (bytes % BLOCK)) % BLOCK)
      described = {}
    }
    // What follows the end is padding; the connection itself must end well.
    await input.rest()
  } finally {
    await input.close()
  }
}

interface Input {
  /** At least one byte, at most so many. */
  some(most: number): Promise<Uint8Array>
  whole(bytes: number): Promise<Buffer>
  rest(): Promise<void>
  close(): Promise<void>
}

function inputOf(pieces: AsyncIterable<Uint8Array>): Input {
  const iterator = pieces[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array(0)
  const some = async (most: number): Promise<Uint8Array> => {
    while (rest.length === 0) {
      const next = await iterator.next()
      if (next.done === true) throw broken('it broke off')
      rest = next.value
    }
    const taken = rest.subarray(0, most)
    rest = rest.subarray(taken.length)
    return taken
  }
  return {
    some,
    async whole(bytes) {
      const taken: Uint8Array[] = []
      for (let left = bytes; left > 0; left -= taken.at(-1)?.length ?? 0) taken.push(await some(left))
      return Buffer.concat(taken)
    },
    async rest() {
      rest = new Uint8Array(0)
      while ((await iterator.next()).done !== true);
    },
    async close() {
      await iterator.return?.()
    },
  }
}

function broken(why: string): SalvageError {
  return new SalvageError('DUMP.JOB_OUTPUT', 'the files of a dump cannot be read from the engine', {
    why,
    hint: 'check that dockerd runs; run again',
    retryable: true,
  })
}
