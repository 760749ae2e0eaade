import { spawn } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect, EXEC_PERMISSIONS, roleFor, SNAPSHOT_PERMISSIONS, STATE_PERMISSIONS } from '@salvage-kit/k8s'
import { kubernetesCluster, part } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runCommandLine } from '../../../src/command-line.ts'
import { recordedTerminal } from '../../recorded-terminal.ts'
import { MAIN } from '../../salvage-kit.ts'
import { postgresManifests } from './ns-postgres.ts'
import type { NsEnded } from './ns-world.ts'

const namespace = `sk-ns-${randomBytes(3).toString('hex')}`
const PASSWORD = 'te"ll$`-tale'

/** What backups take, as docs/migrating-from-backup-ns.md has it. */
const RIGHTS = [...SNAPSHOT_PERMISSIONS, ...STATE_PERMISSIONS, ...EXEC_PERMISSIONS]

const available = part('kubernetes').available && part('postgres-image').available

describe.skipIf(!available)('the verbs of namespaces with a database on a node', () => {
  let on: KubernetesCluster
  let directory = ''
  let environment: Readonly<Record<string, string>> = {}
  const kubectl = async (...args: readonly string[]): Promise<string> => on.kubectl(['-n', namespace, ...args])
  const ns = async (
    args: readonly string[],
    variables: Readonly<Record<string, string>> = {},
    answers: readonly string[] = [],
  ): Promise<NsEnded> => {
    const terminal = recordedTerminal({ environment: { ...environment, ...variables }, directory }, answers)
    const code = await runCommandLine(['ns', ...args], terminal)
    return { code, ...terminal.written }
  }
  const psql = async (deployment: string, statement: string): Promise<string> =>
    (await kubectl('exec', `deployment/${deployment}`, '--', 'psql', '-h', '127.0.0.1', '-XAtc', statement)).trim()
  const running = async (deployment: string, claim: string): Promise<void> => {
    await on.apply(...postgresManifests({ namespace, name: deployment, claim }))
    await kubectl('rollout', 'status', `deployment/${deployment}`, '--timeout=120s')
  }
  beforeAll(async () => {
    on = await kubernetesCluster({ level: 'node' })
    await on.machinery?.node?.loadImages('salvage-test/postgres')
    await on.kubectl(['create', 'namespace', namespace])
    const kubeconfig = await on.serviceAccount(namespace, 'backup-ns')
    await on.apply(roleFor(RIGHTS, { namespace, subject: { kind: 'ServiceAccount', name: 'backup-ns' } }))
    directory = await mkdtemp(join(tmpdir(), 'ns-node-'))
    environment = {
      KUBECONFIG: kubeconfig,
      BAK_NAMESPACE: namespace,
      BAK_DB_POSTGRES: 'true',
      BAK_THRESHOLD_SPACE_USED_PERCENTAGE: '100',
      BAK_LABEL_VS_RETAIN: 'daily_weekly_monthly',
      TZ: 'Europe/Vienna',
    }
    const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '256Mi' } } }
    await on.apply({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { namespace, name: 'data' }, spec })
    await running('app-base', 'data')
    await psql('app-base', 'CREATE TABLE goods AS SELECT i FROM generate_series(1, 1000) i')
  }, 300_000)
  afterAll(async () => {
    await on?.kubectl(['delete', 'namespace', namespace, '--wait=false'])
    await on?.[Symbol.asyncDispose]()
    if (directory !== '') await rm(directory, { recursive: true })
  })

  it('19, 31, 32: a backup is restored to a new claim, dump and all; no password is told', async () => {
    const made = await ns(['create'], { BAK_DB_POSTGRES_PASSWORD: PASSWORD })
    expect(made.code, made.err + made.out).toBe(0)
    const snapshot = /volumesnapshot \S+\/(\S+)/.exec(made.out)?.[1] ?? ''
    const told = await kubectl('get', 'volumesnapshots,configmaps', '-o', 'yaml')
    for (const everything of [told, made.out, made.err]) expect(everything).not.toContain('-tale')
    const sum = /sha256:[\da-f]{64}/.exec(told)?.[0]
    expect(sum).toBeDefined()
    const info = await ns(['postgres', 'info'])
    expect(info).toMatchObject({ code: 0, out: expect.stringContaining(sum ?? 'no sum') })
    const restored = await ns(['restore', snapshot, '--pvc', 'restored', '-n', namespace, '--wait', '--timeout', '60s'])
    expect(restored, restored.err).toMatchObject({ code: 0, out: expect.stringContaining('created and bound') })
    await running('restored', 'restored')
    const there = { BAK_DB_POSTGRES_EXEC_RESOURCE: 'deployment/restored' }
    expect((await ns(['postgres', 'info'], there)).out).toContain(sum)
    await psql('restored', 'DROP TABLE goods')
    expect(await ns(['postgres', 'restore'], there, ['no'])).toMatchObject({ code: 0, out: 'cancelled\n' })
    expect((await ns(['postgres', 'restore', '--force'], there)).code).toBe(0)
    expect(await psql('restored', 'SELECT count(*) FROM goods')).toBe('1000')
    await kubectl('delete', 'deployment', 'restored', '--wait=false')
  })

  it('59: downloads the dump whole, under the name that backup-ns gave it', async () => {
    expect(await ns(['postgres', 'downloadDump', '-o', 'relative.gz'])).toMatchObject({ code: 2 })
    expect((await ns(['postgres', 'dump'])).code).toBe(0)
    const { code, out } = await ns(['postgres', 'downloadDump'])
    expect(code).toBe(0)
    const [file = ''] = await readdir(directory)
    expect(file).toMatch(
      new RegExp(`^${namespace}_\\d{4}-\\d\\d-\\d\\dT\\d\\d-\\d\\d-\\d\\dZ_postgres_dump\\.sql\\.gz$`),
    )
    const sum = createHash('sha256')
      .update(await readFile(join(directory, file)))
      .digest('hex')
    expect(out).toContain(`sha256:${sum}`)
  })

  it('O12: the shell is that of the database, with the password that the container knows', async () => {
    const child = spawn(process.execPath, [MAIN, 'ns', 'postgres', 'shell'], {
      env: { ...process.env, ...environment },
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    child.stdin.end('\\pset format unaligned\nSELECT count(*) AS goods FROM goods;\n')
    expect(await text(child.stdout)).toContain('goods\n1000\n')
  })

  it('O12: a shell on a terminal has its size, also a new one', async () => {
    await using cluster = await connect({ kubeconfig: environment['KUBECONFIG'] ?? '', environment: {} })
    const pod = (await kubectl('get', 'pods', '-l', 'app=app-base', '-o', 'jsonpath={.items[0].metadata.name}')).trim()
    const script =
      'for size in "33 91" "40 120"; do until [ "$(stty size)" = "$size" ]; do sleep 0.1; done; echo "<$size>"; done'
    const command = ['sh', '-c', script]
    const terminal = { columns: 91, rows: 33 }
    const signal = AbortSignal.timeout(30_000)
    const request = { namespace, pod, container: 'postgres', command, stdin: true, terminal }
    await using session = await cluster.exec(request, { signal })
    let said = ''
    session.stdout.setEncoding('utf8').on('data', (piece: string) => (said += piece))
    session.stderr.resume()
    await expect.poll(() => said).toContain('<33 91>')
    session.resize?.({ columns: 120, rows: 40 })
    expect(await session.ended).toEqual({ code: 0 })
    expect(said).toContain('<40 120>')
  })

  it('22, O11: without a database there is no snapshot, and the last dump stays', async () => {
    const before = await kubectl('get', 'volumesnapshots', '-o', 'name')
    const nobody = await ns(['create'], { BAK_DB_POSTGRES_EXEC_RESOURCE: 'statefulset/none' })
    expect(nobody).toMatchObject({ code: 5, err: expect.stringContaining('has no pods') })
    const wrong = await ns(['create'], { BAK_DB_POSTGRES_DB: 'none' })
    expect(wrong.code).toBe(5)
    expect(await ns(['mysql', 'dump'])).toMatchObject({ code: 1, err: expect.stringContaining('BAK_DB_MYSQL') })
    expect(await kubectl('get', 'volumesnapshots', '-o', 'name')).toBe(before)
    expect((await ns(['postgres', 'info'])).code).toBe(0)
  })
})
