import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { command, docker, engineAddress } from '@salvage-kit/testbed'

/** A place where the commands of the README can run: its paths and names stand for others here. */
export interface ReadmeWorld extends AsyncDisposable {
  readonly folder: string
  readonly env: Readonly<Record<string, string>>
  /** What the example of library use takes: directory, volume, place for archives, place for state. */
  readonly example: readonly string[]
  /** A line of the README with the names of this world in it. */
  readonly adapt: (line: string) => string
  /** Rejects when a restored directory differs, the example made no copies, or the container is not up. */
  readonly check: () => Promise<void>
}

/** Makes a directory and a volume with a container that writes to it, both named as in no other world. */
export async function readmeWorld(): Promise<ReadmeWorld> {
  const folder = mkdtempSync(join(tmpdir(), 'salvage-readme-'))
  const name = folder.split('/').at(-1) ?? folder
  const host = engineAddress()
  const names = [
    ['/root/restic-password', join(folder, 'password')],
    ['/srv/', join(folder, 'srv/')],
    ['archive:/backups', `archive:${join(folder, 'backups')}`],
    ['restic:/repo', `restic:${join(folder, 'repo')}`],
    ['docker:pgdata', `docker:${name}`],
  ] as const
  mkdirSync(join(folder, 'srv/app/sub'), { recursive: true })
  mkdirSync(join(folder, 'backups'))
  writeFileSync(join(folder, 'srv/app/sub/file'), 'content\n')
  writeFileSync(join(folder, 'password'), 'a password\n', { mode: 0o600 })
  const writer = 'trap "exit 0" TERM; while :; do date >> /data/log; sleep 1 & wait $!; done'
  const run = [
    'run',
    '--detach',
    '--name',
    name,
    '--volume',
    `${name}:/data`,
    'salvage-test/busybox',
    'sh',
    '-c',
    writer,
  ]
  await docker(host, run)
  const env = { SALVAGE_STATE: join(folder, 'state') }
  return {
    folder,
    example: [join(folder, 'srv/app'), name, join(folder, 'library-backups'), join(folder, 'library-state')],
    env,
    adapt: (line) => names.reduce((text, [from, to]) => text.replaceAll(from, to), line),
    async check() {
      for (const restored of ['app-restored', 'app-again'])
        await command('diff', ['-r', join(folder, 'srv/app'), join(folder, 'srv', restored)])
      const store = `archive:${join(folder, 'library-backups')}`
      const list = await command(resolve('salvage-kit'), ['list', '--from', store], { env })
      for (const target of [`dir:${join(folder, 'srv/app')}`, `docker:${name}`])
        if (!list.includes(target)) throw new Error(`the example did not back up ${target}:\n${list}`)
      const running = await docker(host, ['inspect', '--format', '{{.State.Running}}', name])
      if (running.trim() !== 'true') throw new Error('the container was not put back')
    },
    async [Symbol.asyncDispose]() {
      await docker(host, ['rm', '--force', '--volumes', name])
      await docker(host, ['volume', 'rm', '--force', name])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
