// A lift of the restic crane, against a bare `restic backup` of the same tree into a copy of the same empty repository.
// node bench/restic.ts [FILES] [MEGABYTES] [ROUNDS]
import { randomBytes } from 'node:crypto'
import { cp, mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { local, resticStore } from '@salvage-kit/local'
import { command, temporaryDirectory } from '@salvage-kit/testbed'
import { compare } from './sides.ts'

const files = Number(process.argv[2] ?? 2_000)
const megabytes = Number(process.argv[3] ?? 200)
const rounds = Number(process.argv[4] ?? 7)

using folder = temporaryDirectory()
const source = join(folder.path, 'source')
const empty = join(folder.path, 'empty')
const repository = join(folder.path, 'repository')
const passwordFile = join(folder.path, 'password')
const cache = join(folder.path, 'cache')
process.env['RESTIC_PASSWORD_FILE'] = passwordFile
process.env['RESTIC_CACHE_DIR'] = cache

await fill()
await writeFile(passwordFile, 'bench')
await command('restic', ['--repo', empty, 'init'])
const crane = local({ directories: [], stateDirectory: join(folder.path, 'state') }).cranes?.find(
  ({ id }) => id === 'restic',
)

await compare(
  `restic, ${String(files)} files, ${String(megabytes)} MB (aim: a ratio of 1.05 at most)`,
  {
    name: 'restic backup',
    run: () => timed(() => command('restic', ['--repo', repository, 'backup', '--quiet', source])),
  },
  { name: 'restic crane', run: () => timed(lift) },
  rounds,
)

async function lift(): Promise<void> {
  const ref = {
    id: `bench-${String(performance.now()).replace('.', '-')}`,
    runId: 'bench',
    target: `dir:${source}` as const,
    store: resticStore(repository, { passwordFile }),
    at: new Date().toISOString(),
    machine: 'bench',
  }
  const archive = await crane?.lift(
    ref,
    { medium: 'directory', path: source },
    { signal: new AbortController().signal },
  )
  if (archive?.point.files !== files) throw new Error('the crane did not lift every file')
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  await rm(repository, { recursive: true, force: true })
  await rm(cache, { recursive: true, force: true })
  await cp(empty, repository, { recursive: true })
  const since = performance.now()
  await work()
  return performance.now() - since
}

async function fill(): Promise<void> {
  const size = Math.floor((megabytes * 1024 * 1024) / files)
  for (let file = 0; file < files; file += 1) {
    const place = join(source, String(file % 50))
    await mkdir(place, { recursive: true })
    await writeFile(join(place, String(file)), randomBytes(size))
  }
}
