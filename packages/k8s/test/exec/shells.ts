import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** The shells and tools that a container may have. */
export const SHELLS = ['dash', 'bash', 'busybox', 'dash without sha256sum', 'bash without sha256sum'] as const

const TOOLS =
  'cat cksum date dd df false grep gzip head kill ls mkdir mv printf ps rm rmdir seq sha256sum sleep sort stat sync tail tee test touch tr true wc yes zcat'

/** A directory with the programs of such a container and no others; it is its `PATH`. */
export interface Tools extends Disposable {
  readonly path: string
}

/** Makes one. */
export function toolsOf(kind: (typeof SHELLS)[number]): Tools {
  const path = mkdtempSync(join(tmpdir(), 'salvage-shell-'))
  const [shell = ''] = kind.split(' ')
  mkdirSync(path, { recursive: true })
  execFileSync('chmod', ['755', path])
  const busybox = whereIs('busybox')
  for (const tool of TOOLS.split(' ')) {
    if (tool === 'sha256sum' && kind.endsWith('without sha256sum')) continue
    symlinkSync(shell === 'busybox' ? busybox : whereIs(tool), join(path, tool))
  }
  symlinkSync(whereIs(shell), join(path, 'sh'))
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) }
}

function whereIs(program: string): string {
  return execFileSync('sh', ['-c', 'command -v -- "$1"', 'sh', program], {
    encoding: 'utf8',
    env: { PATH: '/usr/bin:/bin' },
  })
    .trim()
    .replace(/^[a-z]+$/, (name) => `/usr/bin/${name}`)
}
