import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { expect, it } from 'vitest'
import { tellings } from './told.ts'
import type { Told } from './told.ts'

async function told(...pieces: readonly string[]): Promise<Told> {
  const stream = new PassThrough()
  const tell = tellings(stream)
  for (const piece of pieces) stream.write(piece)
  stream.end()
  await once(stream, 'end')
  return tell()
}

it('tells sockets, changes and everything else apart', async () => {
  const { sockets, findings, other } = await told(
    'tar: ./so',
    'ck: socket ignored\ntar: ./a\\nb: file changed as we read it\ntar: ./c: File removed before we read it\n',
    'tar: ./d: File shrank by 10 bytes; padding with zeros\ntar: ./e: Cannot open: Permission denied\n',
    'tar: Exiting with failure status due to previous errors\n',
  )
  expect(sockets).toBe(1)
  expect(findings.map(({ code, message }) => [code, message])).toEqual([
    ['ARCHIVE.SOURCE_CHANGED', './a\\nb changed while it was read'],
    ['ARCHIVE.SOURCE_REMOVED', './c was removed before it was read'],
    ['ARCHIVE.SOURCE_CHANGED', './d changed while it was read'],
  ])
  expect(other).toEqual(['./e: Cannot open: Permission denied'])
})

it('takes bounded memory', async () => {
  const { findings, other } = await told(
    'tar: ./f: file changed as we read it\n'.repeat(2000),
    'tar: odd\n'.repeat(2000),
  )
  expect(findings).toHaveLength(101)
  expect(findings.at(-1)).toEqual({ code: 'ARCHIVE.MORE', message: '1900 more like these' })
  expect(other).toHaveLength(5)
})
