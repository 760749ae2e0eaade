import { comparePaths } from './entry.ts'
import type { Entry } from './entry.ts'
import { entryOfLine, lineOf } from './manifest-line.ts'

/** Enough to see that a whole tree is wrong. */
const MOST = 1000

const FIELDS = [
  'type',
  'mode',
  'uid',
  'gid',
  'mtime',
  'size',
  'sha256',
  'blocksSha256',
  'target',
  'device',
  'xattrs',
] as const

/** What is looked at of an entry. */
export type Lens = (entry: Entry) => Entry

/** A path that is not as the manifest says, in words. */
export type Difference = string

/**
 * Compares a tree with the lines of its manifest, both in the order of `tar --sort=name`; `lens` says what of an entry
 * counts; `alike` may give an entry another hash, of the kind that its line has. Reads both to their ends, unless the
 * thousandth difference comes before. Takes memory for one entry of each.
 */
export async function compareTrees(
  stored: AsyncIterable<string>,
  found: AsyncIterable<Entry>,
  lens: Lens,
  alike: (wanted: Entry, entry: Entry) => Promise<Entry> = (_wanted, same) => Promise.resolve(same),
): Promise<readonly Difference[]> {
  const differences: Difference[] = []
  await using lines = iterate(stored)
  await using entries = iterate(found)
  let line = await lines.next()
  let entry = await entries.next()
  while ((line !== undefined || entry !== undefined) && differences.length < MOST) {
    if (line !== undefined && entry !== undefined && line === lineOf(entry)) {
      line = await lines.next()
      entry = await entries.next()
      continue
    }
    const expected = line === undefined ? undefined : entryOfLine(line)
    const order = expected === undefined ? 1 : entry === undefined ? -1 : comparePaths(expected.path, entry.path)
    if (expected !== undefined && entry !== undefined && order === 0)
      differences.push(...differing(lens(expected), lens(await alike(expected, entry))))
    if (expected !== undefined && order < 0) differences.push(`${shown(expected.path)} is missing`)
    if (entry !== undefined && order > 0 && entry.path !== 'lost+found')
      differences.push(`${shown(entry.path)} is there and should not be`)
    if (order <= 0) line = await lines.next()
    if (order >= 0) entry = await entries.next()
  }
  return differences
}

function differing(expected: Entry, found: Entry): readonly Difference[] {
  const wrong = FIELDS.filter((field) => JSON.stringify(expected[field]) !== JSON.stringify(found[field]))
  const told = wrong.map((field) =>
    field === 'sha256' || field === 'blocksSha256'
      ? 'its content differs'
      : `its ${field} is ${value(found, field)}, not ${value(expected, field)}`,
  )
  return told.length === 0 ? [] : [`${shown(expected.path)}: ${told.join(', ')}`]
}

function value(entry: Entry, field: (typeof FIELDS)[number]): string {
  if (field === 'mode') return `0${entry.mode.toString(8)}`
  return JSON.stringify(entry[field]) ?? 'absent'
}

function shown(path: string): string {
  return JSON.stringify(Buffer.from(path, 'latin1').toString())
}

interface Iteration<Item> extends AsyncDisposable {
  next(): Promise<Item | undefined>
}

function iterate<Item>(items: AsyncIterable<Item>): Iteration<Item> {
  const iterator = items[Symbol.asyncIterator]()
  return {
    async next() {
      const step = await iterator.next()
      return step.done === true ? undefined : step.value
    },
    async [Symbol.asyncDispose]() {
      await iterator.return?.()
    },
  }
}
