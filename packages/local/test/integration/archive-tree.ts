import { execFileSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { chmod, link, lutimes, mkdir, open, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Fills a directory with everything that a file system of Linux can hold and a backup can lose. Needs root. */
export async function hostileTree(root: string, files: number): Promise<void> {
  const at = (...parts: readonly string[]): string => join(root, ...parts)
  await mkdir(root, { recursive: true })
  for (let folder = 0; folder * 100 < files; folder++) {
    const path = at('many', `folder ${String(folder)}`)
    await mkdir(path, { recursive: true })
    await Promise.all(
      Array.from({ length: 100 }, (_, n) => writeFile(join(path, `file-${String(n)}`), randomBytes((n * 37) % 4096))),
    )
  }
  await mkdir(at('names'))
  const names = ['new\nline', '\\n', ' ', '-rf', 'ümläut', '\u2028', '%', "'", '"', '*', '\x01\x7f', 'a'.repeat(255)]
  for (const name of names) await writeFile(at('names', name), name)
  for (const bytes of [[0xff], [0xc3, 0x28], [0x63, 0x61, 0x66, 0xe9]])
    await writeFile(Buffer.concat([Buffer.from(`${at('names')}/`), Buffer.from(bytes)]), 'invalid')
  await mkdir(at('empty'))
  const deep = at(...Array.from({ length: 14 }, () => 'd'.repeat(250)))
  await mkdir(deep, { recursive: true })
  await writeFile(join(deep, 'e'.repeat(200)), 'deep')
  await mkdir(at('modes'))
  for (const mode of [0, 0o777, 0o4755, 0o2711, 0o1644, 0o7777]) {
    await writeFile(at('modes', `file-${mode.toString(8)}`), 'mode')
    await chmod(at('modes', `file-${mode.toString(8)}`), mode)
    await mkdir(at('modes', `folder-${mode.toString(8)}`))
    await chmod(at('modes', `folder-${mode.toString(8)}`), mode)
  }
  await mkdir(at('links'))
  await link(at('names', 'new\nline'), at('links', 'hard'))
  await link(at('names', 'new\nline'), at('links', 'hard too'))
  await symlink('../names/new\nline', at('links', 'soft'))
  await link(at('links', 'soft'), at('links', 'hard to soft'))
  for (const target of ['/etc/passwd', '../..', 'nowhere', '.', 'x'.repeat(4000)])
    await symlink(target, at('links', `to ${target.slice(0, 20).replaceAll('/', '_')}`))
  await sparse(at('sparse'), 300_000_000, [0, 150_000_000, 299_999_000])
  await sparse(at('sparse-empty'), 100_000_000, [])
  execFileSync('sh', ['-e', '-c', SPECIAL, 'sh', root])
  await lutimes(at('links', 'soft'), 1, 1.25)
  execFileSync('touch', ['--date=@-86400.5', at('empty')])
  execFileSync('touch', ['--date=2001-09-09 01:46:40.123456789', root])
}

const SPECIAL = `
cd "$1"
mkdir special acl
mkfifo special/fifo
mknod special/null c 1 3
mknod special/loop b 7 200
echo x > special/attributes
setfattr -n user.plain -v value special/attributes
setfattr -n user.empty special/attributes
setfattr -n 'user.odd=%3D%' -v 0x00ff0a3d special/attributes
setfattr -n trusted.root -v secret special/attributes
ln special/attributes special/attributes-too
setfattr -n trusted.folder -v 1 special
ln -s attributes special/soft
setfattr -h -n trusted.link -v 1 special/soft
cp /bin/true special/capable
chown 12345:4000000000 special/capable
setcap cap_net_raw+ep special/capable
chown 33:33 acl
setfacl -m u:33:rwx,g:1234:r acl
setfacl -d -m u:www-data:rwx acl
echo inherits > acl/inherits
echo none > acl/none
setfacl -b acl/none
chmod 640 acl/none
mkdir acl/below
setfacl -b -k acl/below
setfacl -d -m u:777:rx .
chown 55:66 .
chmod 2751 .
`

async function sparse(path: string, size: number, pieces: readonly number[]): Promise<void> {
  await using file = await open(path, 'w')
  for (const offset of pieces) await file.write(`at ${String(offset)}`, offset)
  await truncate(path, size)
}

/**
 * Everything about a tree that a restore must bring back, told by other means than the crane's own: one line for each
 * path with type, mode, owner, time in nanoseconds, size, link count, device, target and SHA-256; then the names of each
 * inode; then attributes and capabilities as `getfattr` prints them.
 */
export function portrait(root: string): string {
  const lines: string[] = []
  const inodes = new Map<bigint, string[]>()
  const visit = (path: Buffer, name: string): void => {
    const stat = lstatSync(path, { bigint: true })
    const what = [
      stat.mode.toString(8),
      stat.uid,
      stat.gid,
      stat.mtimeNs,
      stat.isDirectory() ? '' : stat.size,
      stat.isDirectory() ? '' : stat.nlink,
      stat.rdev,
      stat.isSymbolicLink() ? readlinkSync(path, 'latin1') : '',
      stat.isFile() && stat.size < 1 << 26 ? createHash('sha256').update(readFileSync(path)).digest('hex') : '',
    ]
    lines.push(`${name} ${what.join(' ')}`)
    if (!stat.isDirectory()) inodes.set(stat.ino, [...(inodes.get(stat.ino) ?? []), name])
    else
      for (const child of readdirSync(path, 'buffer').toSorted((a, b) => a.compare(b)))
        visit(Buffer.concat([path, Buffer.from('/'), child]), `${name}/${child.toString('latin1')}`)
  }
  visit(Buffer.from(root), '.')
  const groups = [...inodes.values()].filter((names) => names.length > 1).map((names) => names.join(' = '))
  const attributes = shell('getfattr -R -P -h -d -m - -e hex . 2>/dev/null', root)
  const sums = shell('sha256sum sparse 2>/dev/null || true', root)
  return [...lines, ...groups.toSorted(), ...attributes.split('\n\n').toSorted(), sums].join('\n')
}

function shell(command: string, directory: string): string {
  return execFileSync('sh', ['-c', command], { cwd: directory, encoding: 'latin1', maxBuffer: 1 << 28 })
}
