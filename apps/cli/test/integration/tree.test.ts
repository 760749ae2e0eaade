import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  linkSync,
  lutimesSync,
  mkdirSync,
  statSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { describe, expect, test } from 'vitest'
import { salvageKit } from '../salvage-kit.ts'

const FILES = 10_000
const root = process.getuid?.() === 0

/** A name that no text holds: invalid UTF-8. */
function raw(folder: string, ...bytes: number[]): Buffer {
  return Buffer.concat([Buffer.from(`${folder}/`), Buffer.from(bytes)])
}

function tree(folder: string): void {
  for (let n = 0; n < FILES; n += 1) {
    const directory = join(folder, `d${String(n % 100)}`, `e${String(n % 7)}`)
    mkdirSync(directory, { recursive: true })
    const file = join(directory, `file ${String(n)}`)
    writeFileSync(file, `content of ${String(n)}\n`.repeat(n % 50), { mode: 0o600 + (n % 0o100) })
    if (root && n % 10 === 0) chownSync(file, 1000 + (n % 5), 2000 + (n % 3))
    utimesSync(file, 1_700_000_000 + n / 7, 1_600_000_000 + n / 3)
  }
  writeFileSync(join(folder, 'new\nline'), 'a name with a newline')
  writeFileSync(join(folder, '-rf *'), 'a name that looks like an option')
  writeFileSync(join(folder, 'long'.repeat(60)), 'a long name')
  writeFileSync(raw(folder, 0x62, 0x61, 0x64, 0xff, 0xfe, 0x80), 'a name that is no UTF-8')
  mkdirSync(raw(folder, 0xc3, 0x28))
  writeFileSync(
    Buffer.concat([raw(folder, 0xc3, 0x28), Buffer.from('/in it')]),
    'in a directory whose name is no UTF-8',
  )
  linkSync(join(folder, 'new\nline'), join(folder, 'hard link'))
  linkSync(join(folder, 'new\nline'), join(folder, 'd1', 'hard link from elsewhere'))
  symlinkSync('new\nline', join(folder, 'symbolic link'))
  symlinkSync('/nowhere/at all', join(folder, 'dangling link'))
  lutimesSync(join(folder, 'dangling link'), 1_500_000_000, 1_500_000_000)
  writeFileSync(join(folder, 'sparse'), 'begins')
  truncateSync(join(folder, 'sparse'), 300_000_000)
  mkdirSync(join(folder, 'empty'), { mode: 0o711 })
  chmodSync(join(folder, 'd2', 'e2'), 0o1770)
  chmodSync(folder, 0o2755)
  execFileSync('setfattr', ['-n', 'user.note', '-v', 'kept', join(folder, 'hard link')])
  execFileSync('setfattr', ['-n', 'user.binary', '-v', '0x00ff0a', join(folder, 'd2')])
  if (root) execFileSync('setfacl', ['-m', 'u:1234:rwx', join(folder, 'd3')])
  utimesSync(folder, 1_400_000_000, 1_400_000_000.5)
}

/** Everything that must be the same, as the system's own tools see it. */
function seen(folder: string): Record<string, string> {
  const shell = (script: string): string =>
    execFileSync('sh', ['-c', `cd "$0" && ${script}`, folder], { encoding: 'latin1', maxBuffer: 1 << 28 })
  return {
    metadata: shell(
      `find . \\( -type d -printf '%P %y %m %U %G %T@\\0' \\) -o -printf '%P %y %m %U %G %s %T@ %n %l\\0' | LC_ALL=C sort -z`,
    ),
    content: shell('find . -type f -print0 | LC_ALL=C sort -z | xargs -0 sha256sum -z --'),
    attributes: shell(
      `find . -print0 | LC_ALL=C sort -z | xargs -0 getfattr --no-dereference --dump --match=- --encoding=hex -- 2>&1`,
    ),
  }
}

describe.skipIf(!part('tar-xattrs').available)('the example of the README on a hard tree', () => {
  test(`${String(FILES)} files come back byte for byte, with everything about them`, async () => {
    using folder = temporaryDirectory()
    const app = join(folder.path, 'app')
    const restored = join(folder.path, 'app-restored')
    mkdirSync(app)
    tree(app)
    const sk = salvageKit(folder.path)
    const store = `archive:${folder.path}/backups`
    const before = seen(app)
    expect(before['metadata']?.split('\0').length).toBeGreaterThan(FILES)
    expect(before['attributes']).toContain('user.note')
    expect(before['content']).toContain('sparse')
    expect(await sk('run', `dir:${app}`, '--to', store).ended).toMatchObject({ code: 0 })
    const listed = await sk('list', '--from', store, '--json').ended
    const [point] = JSON.parse(listed.out).points
    expect(point.state).toBe('good')
    expect(await sk('restore', point.id, '--from', store, '--to', `dir:${restored}`).ended).toMatchObject({ code: 0 })
    expect(seen(app)).toEqual(before)
    expect(seen(restored)).toEqual(before)
    expect(statSync(join(restored, 'hard link')).ino).toBe(
      statSync(join(restored, 'd1', 'hard link from elsewhere')).ino,
    )
    expect(statSync(join(restored, 'sparse')).blocks).toBeLessThan(1000)
  })
})
