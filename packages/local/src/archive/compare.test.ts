import { expect, it } from 'vitest'
import { compareTrees } from './compare.ts'
import type { Entry } from './entry.ts'
import { lineOf } from './manifest-line.ts'
import { restorable, wholeEntry } from './tree-lens.ts'
import type { Lens } from './compare.ts'

const file = (path: string, more: Partial<Entry> = {}): Entry => ({
  path,
  type: 'file',
  mode: 0o644,
  uid: 5,
  gid: 5,
  mtime: '1',
  size: 1,
  sha256: 'aa',
  ...more,
})

async function* given<Item>(items: readonly Item[]): AsyncGenerator<Item> {
  yield* items
}

const compare = (stored: readonly Entry[], found: readonly Entry[], lens: Lens = wholeEntry) =>
  compareTrees(given(stored.map(lineOf)), given(found), lens)

it('finds nothing in equal trees', async () => {
  expect(await compare([file('a'), file('b')], [file('a'), file('b')])).toEqual([])
  expect(await compare([], [])).toEqual([])
})

it('names what is missing, what is too much and what differs', async () => {
  const stored = [file('a'), file('a/b'), file('a.b'), file('c')]
  const found = [file('a', { mode: 0o600 }), file('a.b', { sha256: 'bb', size: 2 }), file('b'), file('c'), file('d')]
  expect(await compare(stored, found)).toEqual([
    '"a": its mode is 0600, not 0644',
    '"a/b" is missing',
    '"a.b": its size is 2, not 1, its content differs',
    '"b" is there and should not be',
    '"d" is there and should not be',
  ])
})

it('lets a file system have its lost+found', async () => {
  expect(await compare([file('a')], [file('a'), file('lost+found', { type: 'directory' })])).toEqual([])
})

it('compares what a process may set', async () => {
  const stored = [file('a', { xattrs: [['trusted.x', '1'], ['user.y', '2']] })] // prettier-ignore
  const found = [file('a', { uid: 1000, gid: 1000, xattrs: [['user.y', '2']] })]
  expect(await compare(stored, found, restorable(false))).toEqual([])
  expect(await compare(stored, found, restorable(true))).toHaveLength(1)
  expect(await compare(stored, [file('a')], restorable(false))).toHaveLength(1)
})

it('ends at a thousand differences', async () => {
  const stored = Array.from({ length: 3000 }, (_, n) => file(`f${String(n).padStart(5, '0')}`))
  expect(await compare(stored, [])).toHaveLength(1000)
})
