import { expect, test } from 'vitest'
import { jsonLines } from './lines.ts'

async function read(...pieces: (string | Buffer)[]): Promise<unknown[]> {
  async function* body(): AsyncIterable<Uint8Array> {
    for (const piece of pieces) yield Buffer.from(piece)
  }
  const seen = []
  for await (const value of jsonLines(body())) seen.push(value)
  return seen
}

test('values that are cut anywhere, also within a character', async () => {
  const wire = Buffer.from('{"a":"ü"}\r\n\n{"b":2}\n[3]')
  for (let at = 0; at <= wire.length; at += 1)
    expect(await read(wire.subarray(0, at), wire.subarray(at))).toEqual([{ a: 'ü' }, { b: 2 }, [3]])
})

test('what is not JSON throws', async () => {
  await expect(read('{"a":1}\nrubbish\n')).rejects.toThrow(SyntaxError)
})
