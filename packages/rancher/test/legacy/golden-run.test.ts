import { createHash } from 'node:crypto'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join, posix } from 'node:path'
import { Readable } from 'node:stream'
import type { DumpFile, Finding } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import {
  cattle,
  cattleAddress,
  dumpsInto,
  jinja,
  openRancher,
  readTemplates,
  standingIn,
  templateBook,
} from '../../src/index.ts'
import type { DumpJob, JobPort } from '../../src/index.ts'
import { fact, factPath, noFacts } from '../facts/facts.ts'
import { CASES } from '../golden-cases.ts'
import type { GoldenCase } from '../golden-cases.ts'
import { asDockerRun } from '../replay.ts'
import { startSimulator } from '../simulator/server.ts'

const Golden = z.array(
  z.object({ name: z.string(), variant: z.string(), commands: z.array(z.union([z.array(z.string()), z.string()])) }),
)
const golden = noFacts === undefined ? Golden.parse(JSON.parse(fact('rancher-golden.json'))) : []
const ROOT = '/W/backup'
const HASTY = { connectMs: 2000, requestMs: 5000, attempts: 3, firstWaitMs: 5 }
/** As all records have it. */
const SERVER = { host: 'db.example', port: 3306, user: 'rancher', password: () => 'pw', name: 'rancher' }

/** Everything that the record ran of dumps: the words behind `docker run --rm`. */
function recorded({ commands }: (typeof golden)[number]): readonly (readonly string[])[] {
  return commands
    .filter((words) => typeof words !== 'string')
    .map((words) => words.map((word) => word.replaceAll('$W', '/W')))
    .filter(
      ([program, verb, , , volume]) => program === 'docker' && verb === 'run' && volume?.startsWith(`${ROOT}/dump/`),
    )
    .map((words) => words.slice(3))
}

/** Runs nothing: notes the job, and gives what its command would write. `fails`: an image that cannot be had. */
function recorder(made: { readonly folder: string; readonly job: DumpJob }[], fails?: string): JobPort {
  return {
    async *run(job, { targetDirectory }) {
      await Promise.resolve()
      if (job.image === fails) throw new Error('there is no such image')
      made.push({ folder: targetDirectory, job })
      for (const { argv, output } of job.commands) {
        const written = argv.find((word) => word.startsWith(`${targetDirectory}/`))
        yield fileOf(output?.path ?? posix.basename(written ?? 'all-databases.dump'))
      }
    },
  }
}

function fileOf(name: string): DumpFile {
  const bytes = Buffer.from(`content of ${name}`)
  const whole = Promise.resolve({ bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('hex') })
  return { name, content: Readable.from([bytes], { objectMode: false }), whole }
}

interface Run {
  readonly made: readonly { readonly folder: string; readonly job: DumpJob }[]
  readonly findings: readonly Finding[]
  readonly warned: readonly Finding[]
  /** Below the directory, but for the manifest. */
  readonly files: readonly string[]
}

/** One run of dumps into a directory that holds a file of a user. */
async function runOf(
  { world, options: { faults = [], path = '/v1', key } = {} }: GoldenCase,
  { databases = true, fails, server = true }: { databases?: boolean; fails?: string; server?: boolean } = {},
): Promise<Run> {
  if (world === undefined) throw new Error('no world')
  const { signal } = new AbortController()
  using folder = temporaryDirectory()
  await mkdir(join(folder.path, 'files'))
  await writeFile(join(folder.path, 'files/mine'), 'mine')
  await using simulator = await startSimulator(world, { faults })
  await using api = cattle(cattleAddress(`${simulator.origin}${path}`), { patience: HASTY, ...(key && { key }) })
  const engine = await jinja()
  const book = templateBook(
    engine,
    await readTemplates({ index: factPath('index'), templates: factPath('templates') }, engine),
  )
  const made: Run['made'][number][] = []
  const warned: Finding[] = []
  const rancher = openRancher({
    api,
    jobs: recorder(made, fails),
    book: async () => Promise.resolve(book),
    root: ROOT,
    databases,
    serverImage: 'mysql:latest',
    ...(server ? { server: { serverDump: true, server: SERVER } } : { server: { serverDump: 'when known' } }),
  })
  const [quiescer] =
    dumpsInto({
      rancher,
      directory: folder.path,
      standing: async (call) => standingIn(api, [], call),
      warn: (finding) => void warned.push(finding),
    }).quiescers ?? []
  if (quiescer === undefined) throw new Error('no quiescer')
  const token = await quiescer.prepare('dumps', { directory: folder.path, dumps: true }, { signal })
  await quiescer.quiesce(token, { signal })
  const findings = await quiescer.resume(token, { signal, quiesced: 'yes' })
  const entries = await readdir(folder.path, { recursive: true, withFileTypes: true })
  const files = entries
    .filter((entry) => entry.isFile() && entry.name !== 'manifest.json')
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.path.length + 1))
  expect(await readFile(join(folder.path, 'files/mine'), 'utf8')).toBe('mine')
  return { made, findings, warned, files: files.toSorted() }
}

function byText(a: readonly string[], b: readonly string[]): number {
  return a.join(' ') < b.join(' ') ? -1 : 1
}

/** Not about services alone: a warning where nothing failed. */
const WARNINGS = new Set(['RANCHER.DISABLE_UNUSUAL', 'RANCHER.NO_EXPORT', 'RANCHER.SCALED', 'RANCHER.TYPE_UNKNOWN'])

describe.skipIf(noFacts !== undefined)('recorded runs of rancher-backup, whole', () => {
  test.each(golden.filter(({ name }) => CASES[name]?.world !== undefined))('$name ($variant)', async (record) => {
    const known = CASES[record.name] ?? {}
    const { as = 'kept', dumps, codes = [], error, stacks = ['app'] } = known
    const { made, findings, files } = await runOf(known)
    const databases = made.filter(({ folder }) => folder.startsWith(`${ROOT}/dump/`))
    const server = made.filter(({ folder }) => folder === `${ROOT}/rancher/database`)
    // Its own database has its own address: whatever the API says, it is dumped.
    expect(server.map(({ job }) => job.image)).toEqual(['mysql:latest'])
    expect(files).toContain('rancher/database/rancher.dump')
    expect(files).toContain('files/mine')
    if (error !== undefined) {
      expect(findings.map(({ code }) => code)).toEqual([error])
      expect(files).toEqual(['files/mine', 'rancher/database/rancher.dump'])
      return
    }
    const ran = databases.flatMap(({ folder, job }) => asDockerRun({ ref: '', folder, job }))
    expect(ran.toSorted(byText)).toEqual(((as === 'kept' ? recorded(record) : dumps) ?? []).toSorted(byText))
    expect(findings.map(({ code }) => code)).toEqual(codes.filter((code) => !WARNINGS.has(code)))
    for (const stack of stacks)
      expect(files).toEqual(
        expect.arrayContaining([`rancher/${stack}/docker-compose.yml`, `rancher/${stack}/rancher-compose.yml`]),
      )
    for (const { folder } of databases)
      expect(files.some((file) => file.startsWith(`${folder.slice(ROOT.length + 1)}/`))).toBe(true)
  })

  test('docker pull fails for one of two: the other is dumped, and what failed is told', async () => {
    const known = CASES['docker pull fails for one of two'] ?? {}
    const { made, findings } = await runOf(known, { fails: 'postgres:latest' })
    expect(made.map(({ job }) => job.image)).toEqual(['mongo:latest', 'mysql:latest'])
    expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining('rancher:app/a')])
  })

  test('rancher db dump fails: all else is there, and it is told', async () => {
    const { findings, files } = await runOf(CASES['golden: one postgres'] ?? {}, { fails: 'mysql:latest' })
    expect(findings.map(({ message }) => message)).toEqual([expect.stringContaining('rancher-db:rancher')])
    expect(files).toContain('dump/app/db/all-databases.dump')
    expect(files).toContain('rancher/app/docker-compose.yml')
  })

  test('its database is left with a warning where nothing says where it is', async () => {
    const { findings, warned, made } = await runOf(CASES['golden: one postgres'] ?? {}, { server: false })
    expect(findings).toEqual([])
    expect(warned.map(({ code }) => code)).toEqual(['RANCHER.SERVER_LEFT'])
    expect(made).toHaveLength(1)
  })
})
