import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { tarOf } from '../crane/tar.ts'
import { jobFiles } from './job-files.ts'

const LONG = `${'x'.repeat(150)}ä`
const record = (said: string): string => {
  const bytes = Buffer.byteLength(said) + 2
  const digits = String(bytes + String(bytes).length).length
  return `${String(bytes + digits)} ${said}\n`
}
/** As an engine writes it: a name that has no room in a header stands in an entry before it. */
const tar = (() => {
  const whole = tarOf(
    [
      { path: './' },
      { path: './a', content: 'A'.repeat(700) },
      { path: 'PaxHeaders.0/long', content: record(`path=./${LONG}`) },
      { path: './long', content: 'long' },
      { path: './empty' },
    ],
    new Date(0),
  )
  const bytes = Buffer.from(whole)
  const at = bytes.indexOf('PaxHeaders')
  const sum = Number.parseInt(bytes.toString('latin1', at + 148, at + 154), 8) + 'x'.charCodeAt(0) - '0'.charCodeAt(0)
  bytes.write('x', at + 156, 'latin1')
  bytes.write(sum.toString(8).padStart(6, '0'), at + 148, 'latin1')
  return bytes
})()

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

async function read(bytes: Buffer, size: number): Promise<Record<string, string>> {
  const found: Record<string, string> = {}
  for await (const file of jobFiles(inPieces(bytes, size))) {
    found[file.name] = await text(file.content)
    await file.whole
  }
  return found
}

test.each([1, 7, 512, 1000, 100_000])('files come whole, in pieces of %d bytes', async (size) => {
  expect(await read(tar, size)).toEqual({ a: 'A'.repeat(700), [LONG]: 'long', empty: '' })
})

test('a tar that breaks off anywhere is an error', async () => {
  for (let length = 0; length < tar.length - 1024; length += 64)
    await expect(read(tar.subarray(0, length), 512)).rejects.toMatchObject({ code: 'DUMP.JOB_OUTPUT' })
})

test('what is no tar is an error', async () => {
  await expect(read(Buffer.alloc(2048, 'x'), 512)).rejects.toMatchObject({ code: 'DUMP.JOB_OUTPUT' })
})
