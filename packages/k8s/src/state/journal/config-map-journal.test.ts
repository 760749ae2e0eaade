import { SalvageError } from '@salvage-kit/core'
import type { NewEntry } from '@salvage-kit/core'
import { beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest'
import { fakeCluster } from '../../../test/fake-cluster.ts'
import type { FakeCluster } from '../../../test/fake-cluster.ts'
import { KINDS } from '../../resource/kind.ts'
import type { Resource } from '../../resource/resource.ts'
import { configMap } from '../map/schema.ts'
import { configMapJournal } from './config-map-journal.ts'

const PLACE = { namespace: 'backup', name: 'salvage-kit', patienceMs: 2000 }
const ENTRY: NewEntry = { runId: 'run-1', order: 0, undo: { kind: 'swap', target: 'dir:/x', token: 'x' } }
const UNREACHABLE = new SalvageError('K8S.UNREACHABLE', 'no answer', { retryable: true })

let cluster: FakeCluster

beforeEach(() => {
  cluster = fakeCluster('backup')
})

function stored(): Resource {
  const [map] = cluster.all(KINDS.configMap)
  if (map === undefined) throw new Error('there is no map')
  return map
}

/** What the map holds becomes what `edit` makes of it, behind everybody's back. */
function edit(change: (data: Record<string, string>) => void, metadata: Partial<Resource['metadata']> = {}): void {
  const map = stored()
  const { data } = configMap.parse(structuredClone(map))
  const after = { ...data }
  change(after)
  cluster.put(KINDS.configMap, { ...map, data: after, metadata: { ...map.metadata, ...metadata } })
}

function put(data: Record<string, string>): Resource {
  return cluster.put(KINDS.configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata: PLACE, data })
}

describe('calls', () => {
  test('reading a journal that was never written makes nothing', async () => {
    expect(await configMapJournal(cluster, PLACE).pending()).toEqual([])
    expect(cluster.calls.map(({ verb }) => verb)).toEqual(['get'])
  })

  test('a change takes one call when nobody else writes, and no other verbs than get, create and patch', async () => {
    const journal = configMapJournal(cluster, PLACE)
    const [first] = await journal.open([ENTRY])
    expect(cluster.calls.map(({ verb }) => verb)).toEqual(['get', 'create', 'patch'])
    await journal.done([first?.id ?? 0])
    await journal.settle([first?.id ?? 0])
    expect(cluster.calls.map(({ verb }) => verb)).toEqual(['get', 'create', 'patch', 'patch', 'patch'])
  })

  test('it can be found by its labels', async () => {
    await configMapJournal(cluster, PLACE).open([ENTRY])
    expect(stored().metadata.labels).toEqual({
      'app.kubernetes.io/managed-by': 'salvage-kit',
      'salvage-kit.io/state': 'salvage-kit',
    })
  })
})

describe('a lost answer', () => {
  test('of an opening that was written is found out, and nothing is opened twice', async () => {
    const journal = configMapJournal(cluster, PLACE)
    await journal.open([ENTRY])
    let times = 0
    cluster.after = () => {
      times += 1
      if (times === 1) throw UNREACHABLE
    }
    const opened = await journal.open([
      { ...ENTRY, order: 1 },
      { ...ENTRY, order: 2 },
    ])
    expect(opened.map(({ order }) => order)).toEqual([1, 2])
    expect((await journal.pending()).slice(1)).toEqual(opened)
  })

  test('is found out also when another one wrote right after', async () => {
    const journal = configMapJournal(cluster, PLACE)
    const other = configMapJournal(cluster, PLACE)
    await journal.open([ENTRY])
    let times = 0
    cluster.after = async () => {
      times += 1
      if (times !== 1) return
      await other.open([{ ...ENTRY, runId: 'run-2' }])
      throw UNREACHABLE
    }
    const [second] = await journal.open([{ ...ENTRY, order: 1 }])
    expect((await journal.pending()).map(({ runId, order }) => [runId, order])).toEqual([
      ['run-1', 0],
      ['run-1', 1],
      ['run-2', 0],
    ])
    expect((await journal.pending())[1]).toEqual(second)
  })

  test('of its making is no second journal', async () => {
    let times = 0
    cluster.after = () => {
      times += 1
      if (times === 1) throw UNREACHABLE
    }
    const journal = configMapJournal(cluster, PLACE)
    const opened = await journal.open([ENTRY])
    expect(await journal.pending()).toEqual(opened)
  })
})

describe('a cluster that is away', () => {
  test('an entry is not opened: the step must not be made', async () => {
    const journal = configMapJournal(cluster, { ...PLACE, patienceMs: 200 })
    cluster.before = () => {
      throw UNREACHABLE
    }
    await expect(journal.open([ENTRY])).rejects.toMatchObject({ code: 'K8S.UNREACHABLE', retryable: true })
    cluster.before = () => undefined
    expect(await journal.pending()).toEqual([])
  })

  test('for a while is waited for', async () => {
    const journal = configMapJournal(cluster, PLACE)
    let times = 0
    cluster.before = () => {
      times += 1
      if (times < 5) throw UNREACHABLE
    }
    expect(await journal.open([ENTRY])).toHaveLength(1)
  })

  test('a refusal is told at once', async () => {
    const refused = new SalvageError('K8S.FORBIDDEN', 'not permitted')
    cluster.before = () => {
      throw refused
    }
    await expect(configMapJournal(cluster, PLACE).open([ENTRY])).rejects.toBe(refused)
    expect(cluster.calls).toHaveLength(1)
  })
})

describe('what is there', () => {
  test.each([
    ['a later version', { format: 'salvage-kit journal 2' }, 'JOURNAL.VERSION', 'version 2'],
    ['a map of somebody else', { 'app.conf': 'x' }, 'JOURNAL.UNREADABLE', 'backup/salvage-kit'],
    ['the table of locks', { format: 'salvage-kit locks 1' }, 'JOURNAL.UNREADABLE', 'backup/salvage-kit'],
  ])('is refused and left as it is: %s', async (_what, data, code, text) => {
    const before = put(data)
    const journal = configMapJournal(cluster, PLACE)
    for (const call of [journal.pending(), journal.open([ENTRY]), journal.settle([1])])
      await expect(call).rejects.toMatchObject({ code, message: expect.stringContaining(text) })
    expect(stored()).toEqual(before)
  })

  test.each([
    ['no JSON', '{'],
    ['an unknown kind', '{"id":1,"runId":"run-1","order":0,"undo":{"kind":"rewind"}}'],
  ])('an entry that cannot be understood: %s', async (what, text) => {
    const journal = configMapJournal(cluster, PLACE)
    const [first, second] = await journal.open([ENTRY, ENTRY])
    edit((data) => {
      const [key = ''] = Object.keys(data).filter((one) => one.startsWith(`entry.${String(first?.id)}.`))
      data[key] = text
    })
    if (what === 'no JSON')
      return expect(journal.pending()).rejects.toMatchObject({
        code: 'JOURNAL.CORRUPT',
        message: expect.stringContaining(`entry ${String(first?.id)} of the journal backup/salvage-kit`),
      })
    expect(await journal.pending()).toEqual([
      expect.objectContaining({ id: first?.id, runId: 'run-1', undo: { kind: 'unreadable', why: expect.any(String) } }),
      second,
    ])
    await journal.failed(first?.id ?? 0, { code: 'A.B', message: 'm' })
    await journal.settle([first?.id ?? 0])
    expect(await journal.pending()).toEqual([second])
  })

  test('entries of a copy of the journal are marked, and those opened after it are not', async () => {
    const journal = configMapJournal(cluster, PLACE)
    const [first] = await journal.open([ENTRY])
    edit(() => undefined, { uid: 'of-the-restored-one' })
    expect(await journal.pending()).toEqual([{ ...first, copied: true }])
    const [second] = await configMapJournal(cluster, PLACE).open([ENTRY])
    expect(await journal.pending()).toEqual([{ ...first, copied: true }, second])
    await journal.done([first?.id ?? 0])
    expect((await journal.pending())[0]).toEqual({ ...first, phase: 'done', copied: true })
  })

  test('numbers do not come back when somebody has removed the map, in the same millisecond neither', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() })
    onTestFinished(() => void vi.useRealTimers())
    const journal = configMapJournal(cluster, PLACE)
    const [first] = await journal.open([ENTRY, ENTRY])
    await cluster.remove(KINDS.configMap, PLACE, { signal: new AbortController().signal })
    await expect(journal.done([first?.id ?? 0])).rejects.toMatchObject({ code: 'JOURNAL.LOST' })
    const [second] = await journal.open([ENTRY])
    await journal.settle([first?.id ?? 0])
    expect(await journal.pending()).toEqual([second])
  })
})

test('what would not fit is refused before it is sent; what is there can still be worked off', async () => {
  const journal = configMapJournal(cluster, PLACE)
  const token = 'x'.repeat(100_000)
  const large: NewEntry = { runId: 'run-1', order: 0, undo: { kind: 'swap', target: 'dir:/x', token } }
  const opened = await journal.open(Array.from({ length: 9 }, () => large))
  const calls = cluster.calls.length
  await expect(journal.open([large])).rejects.toMatchObject({
    code: 'JOURNAL.FULL',
    untouched: true,
    message: expect.stringContaining('backup/salvage-kit'),
  })
  expect(cluster.calls.slice(calls).map(({ verb }) => verb)).toEqual(['get'])
  for (const { id } of opened)
    await journal.failed(id, { code: 'A.B', message: 'm'.repeat(10_000), why: 'w'.repeat(10_000) })
  await journal.done(opened.map(({ id }) => id))
  await journal.settle(opened.map(({ id }) => id))
  expect(await journal.open([large])).toHaveLength(1)
})
