import { expect, test } from 'vitest'
import { archiveWatch } from './watch.ts'

function document(fields: Readonly<Record<string, string>>): Buffer {
  const strings = Object.entries(fields).map(([key, value]) => {
    const bytes = Buffer.from(`${value}\0`)
    const length = Buffer.alloc(4)
    length.writeInt32LE(bytes.length)
    return Buffer.concat([Buffer.from(`\u0002${key}\0`), length, bytes])
  })
  const body = Buffer.concat([...strings, Buffer.alloc(1)])
  const size = Buffer.alloc(4)
  size.writeInt32LE(body.length + 4)
  return Buffer.concat([size, body])
}

function verdictOf(listed: Readonly<Record<string, string>>): string | undefined {
  const magic = Buffer.from('6de29981', 'hex')
  const end = Buffer.from('ffffffff', 'hex')
  const watch = archiveWatch()
  watch.take(Buffer.concat([magic, document({ version: '0.1' }), document(listed), end]))
  return watch.verdict()
}

test.each([
  [{ db: 'a', collection: 'v', type: 'view', metadata: '' }, undefined],
  [{ db: 'a', collection: 'v', metadata: '{"options":{"viewOn":"c","pipeline":[]}}' }, undefined],
  [{ db: 'a', collection: 'c', metadata: '{"options":{},"indexes":[]}' }, 'the collection a.c does not end'],
  [{ db: 'a', collection: 'c', metadata: '{"viewOn":' }, 'the collection a.c does not end'],
])('of a view there are no documents: %j', (listed, verdict) => {
  expect(verdictOf(listed)).toBe(verdict)
})
