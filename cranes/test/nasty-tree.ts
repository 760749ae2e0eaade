import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import {
  chmodSync,
  chownSync,
  ftruncateSync,
  closeSync,
  linkSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'

/** What the format of a crane keeps besides names, content, modes, owners and whole seconds. */
export interface Keeps {
  readonly attributes: boolean
  readonly hardLinks: boolean
  readonly nanoseconds: boolean
}

/** Makes, in an empty directory, what copies get wrong. Needs root. */
export function makeNastyTree(root: string): void {
  const at = (path: string): string => join(root, path)
  writeFileSync(at('plain'), 'content\n')
  writeFileSync(at('empty'), '')
  writeFileSync(at('new\nline "quoted" \\back'), 'odd name')
  writeFileSync(Buffer.concat([Buffer.from(`${root}/latin-`), Buffer.from([0xe4, 0xff])]), 'not UTF-8')
  writeFileSync(at('--dash'), 'dash')
  writeFileSync(at(' blanks '), 'blanks')
  writeFileSync(at('modes'), 'x')
  chmodSync(at('modes'), 0o4751)
  writeFileSync(at('owner'), 'x')
  chownSync(at('owner'), 70_123, 999)
  writeFileSync(at('linked'), 'one content, two names')
  linkSync(at('linked'), at('linked-too'))
  symlinkSync('plain', at('symlink'))
  symlinkSync('/nowhere/at all', at('dangling'))
  mkdirSync(at('empty directory'))
  chmodSync(at('empty directory'), 0o1770)
  mkdirSync(at('deep/er/still'), { recursive: true })
  writeFileSync(at('deep/er/still/file'), 'deep')
  const sparse = openSync(at('sparse'), 'w')
  writeSync(sparse, 'begin', 0)
  ftruncateSync(sparse, 64 * 1024 * 1024)
  writeSync(sparse, 'end', 32 * 1024 * 1024)
  closeSync(sparse)
  execFileSync('setfattr', ['-n', 'user.colour', '-v', 'blue and green', at('plain')])
  execFileSync('setfacl', ['-m', 'u:1234:rwx', at('deep')])
  lutimesSync(at('dangling'), 1_000_000_000, 1_000_000_001)
  utimesSync(at('plain'), 1_234_567_890, 1_234_567_890.123)
  utimesSync(at('empty directory'), 1_111_111_111, 1_111_111_111)
  chownSync(root, 70_001, 70_002)
  chmodSync(root, 0o750)
  utimesSync(root, 1_222_222_222, 1_222_222_222)
}

/** Everything about a tree that a copy should keep, one line for each thing in it, in the order of names. */
export function describeTree(root: string, keeps: Keeps): readonly string[] {
  const lines: string[] = []
  const visit = (path: Buffer, name: string): void => {
    const stat = lstatSync(path, { bigint: true })
    const time = keeps.nanoseconds ? stat.mtimeNs : stat.mtimeNs / 1_000_000_000n
    // Restored symbolic links have the time of the restore in some formats.
    const facts = [stat.mode.toString(8), stat.uid, stat.gid, stat.isSymbolicLink() ? '' : time]
    if (stat.isFile()) facts.push(createHash('sha256').update(readFileSync(path)).digest('hex').slice(0, 12), stat.size)
    if (stat.isFile() && keeps.hardLinks) facts.push(stat.nlink)
    if (stat.isSymbolicLink()) facts.push(readlinkSync(path))
    lines.push(`${JSON.stringify(name)} ${facts.join(' ')}`)
    if (!stat.isDirectory()) return
    for (const entry of readdirSync(path, { encoding: 'buffer' }))
      visit(Buffer.concat([path, Buffer.from('/'), entry]), `${name}/${entry.toString('latin1')}`)
  }
  visit(Buffer.from(root), '.')
  if (keeps.attributes)
    for (const path of ['plain', 'deep']) lines.push(`attributes of ${path}: ${attributes(join(root, path))}`)
  return lines.toSorted()
}

function attributes(path: string): string {
  const text = execFileSync('getfattr', ['--dump', '--match=-', '--absolute-names', path], { encoding: 'utf8' })
  return text.split('\n').slice(1).filter(Boolean).toSorted().join(', ')
}
