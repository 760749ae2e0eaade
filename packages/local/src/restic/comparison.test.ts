import { chmodSync, lutimesSync, mkdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import type { TemporaryDirectory } from '@salvage-kit/testbed'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { comparison } from './comparison.ts'
import type { ListedNode } from './listing-schema.ts'

const MTIME = new Date('2026-11-21T08:00:00Z')
let folder: TemporaryDirectory
const at = (name: string): string => join(folder.path, name)

beforeEach(() => {
  folder = temporaryDirectory()
  mkdirSync(at('sub'))
  writeFileSync(at('sub/file'), 'content', { mode: 0o640 })
  symlinkSync('file', at('sub/link'))
  lutimesSync(at('sub/link'), MTIME, MTIME)
  for (const name of ['sub/file', 'sub', '.']) utimesSync(at(name), MTIME, MTIME)
  chmodSync(at('sub/file'), 0o640)
  chmodSync(at('sub'), 0o755)
  chmodSync(folder.path, 0o700)
})
afterEach(() => folder[Symbol.dispose]())

function node(path: string, type: string, mode: number, more: Partial<ListedNode> = {}): ListedNode {
  const [uid, gid] = [process.getuid?.() ?? 0, process.getgid?.() ?? 0]
  return { struct_type: 'node', path, type, mode, uid, gid, mtime: MTIME.toISOString(), ...more }
}

const listing = (): ListedNode[] => [
  node('/srv', 'dir', 0o755),
  node('/srv/app', 'dir', 0o2_000_000_700),
  node('/srv/app/sub', 'dir', 0o755),
  node('/srv/app/sub/file', 'file', 0o640, { size: 7, mtime: '2026-11-21T08:00:00.999999999Z' }),
  node('/srv/app/sub/link', 'symlink', 0o777),
  node('/srv/app/sub/socket', 'socket', 0o600),
  node('/srv/apple', 'dir', 0o755),
]

async function compare(nodes: readonly ListedNode[]): Promise<unknown> {
  const compared = comparison(folder.path)
  for (const listed of nodes) await compared.node(listed, '/srv/app')
  return compared.end()
}

test('what is the same is the same', async () => {
  expect(await compare(listing())).toEqual({ bytes: 7, files: 1 })
})

test.each<[string, (nodes: ListedNode[]) => ListedNode[], string]>([
  ['a file too few', (nodes) => [...nodes, node('/srv/app/more', 'file', 0o644)], 'it is not there'],
  ['a file too many', (nodes) => nodes.filter(({ path }) => !path.endsWith('link')), '3 entries, the archive 2'],
  ['another size', (nodes) => replaced(nodes, 'file', { size: 8 }), '7 bytes, in the archive 8'],
  ['another mode', (nodes) => replaced(nodes, 'file', { mode: 0o600 }), 'mode is 640, in the archive 600'],
  ['another type', (nodes) => replaced(nodes, 'link', { type: 'file' }), 'a symlink, the archive has a file'],
  ['another time', (nodes) => replaced(nodes, 'sub', { mtime: '2026-11-21T07:59:00Z' }), 'modification time'],
  [
    'another time of the whole',
    (nodes) => replaced(nodes, 'app', { mtime: '2020-01-01T00:00:00Z' }),
    'modification time',
  ],
])('%s is noticed', async (_name, change, why) => {
  await expect(compare(change(listing()))).rejects.toMatchObject({
    code: 'RESTORE.DIFFERS',
    why: expect.stringContaining(why),
  })
})

test.skipIf(process.geteuid?.() !== 0)('another owner is noticed', async () => {
  await expect(compare(replaced(listing(), 'file', { uid: 1234 }))).rejects.toMatchObject({ code: 'RESTORE.DIFFERS' })
})

test('a name that is no UTF-8 is counted', async () => {
  writeFileSync(Buffer.concat([Buffer.from(at('sub/')), Buffer.from([0xff])]), '')
  utimesSync(at('sub'), MTIME, MTIME)
  const nodes = [...listing(), node('/srv/app/sub/\uFFFD', 'file', 0o644, { size: 0 })]
  expect(await compare(nodes)).toEqual({ bytes: 7, files: 2 })
  await expect(compare(listing())).rejects.toMatchObject({ code: 'RESTORE.DIFFERS' })
})

function replaced(nodes: readonly ListedNode[], name: string, change: Partial<ListedNode>): ListedNode[] {
  return nodes.map((listed) => (listed.path.endsWith(`/${name}`) ? { ...listed, ...change } : listed))
}
