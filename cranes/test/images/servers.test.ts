import { randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { part } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { CraneCase } from '../cranes.ts'
import { CRANES } from '../cranes.ts'
import { describeTree, makeNastyTree } from '../nasty-tree.ts'
import { LABEL, removeAll, run, uniqueName } from '../vessel.ts'
import type { Yard } from '../yard.ts'
import { grown, makeVolume, placeOf, randomVolume, yard } from '../yard.ts'

const READY = part('docker').available && part('crane-images').available
const MEGABYTE = 1024 * 1024
const PASSWORD = 'pass-of-the-server'
/** `rclone obscure` of the passwords. */
const OBSCURED = { right: 'pfT6o9ntDsfekyLzng3KN_pvjbXMma1bYkiKUuEwSns3Rw', wrong: 'V6VQ0DUdm7YdCWHzL1PBZJO6aFI7' }

/** A server with credentials in a network of the test's own, and what a crane needs to reach it. */
interface Server extends AsyncDisposable {
  readonly name: string
  readonly network: string
  readonly data: string
}

/** rclone itself as the server: `restic` is restic's REST protocol, `webdav` what many clouds speak. */
async function serve(protocol: 'restic' | 'webdav'): Promise<Server> {
  const [network, name] = [uniqueName('network'), uniqueName(protocol)]
  const data = await makeVolume('served')
  await run('network', 'create', `--label=${LABEL}`, network)
  await run(
    'run',
    '--detach',
    `--label=${LABEL}`,
    `--name=${name}`,
    `--network=${network}`,
    `--volume=${data}:/data`,
    `--env=RCLONE_PASS=${PASSWORD}`,
    '--entrypoint=rclone',
    'salvage-kit/crane-rclone',
    'serve',
    protocol,
    '--addr=:8080',
    '--user=user',
    '/data',
  )
  while (!(await run('top', name)).includes('rclone')) await sleep(50)
  await sleep(500)
  return {
    name,
    network,
    data,
    async [Symbol.asyncDispose]() {
      await removeAll()
      await run('network', 'rm', network)
    },
  }
}

function liftId(): string {
  return `20261121t080000z-${randomBytes(3).toString('hex')}-1`
}

function base(name: string): CraneCase {
  const found = CRANES.find((crane) => crane.name === name)
  if (found === undefined) throw new Error(`there is no crane ${name}`)
  return found
}

function resticCase({ name, network }: Server, password: string): CraneCase {
  return {
    ...base('restic'),
    env: { CHECK_TIMEOUT: '20' },
    secrets: { RESTIC_PASSWORD: 'right', RESTIC_REPOSITORY: `rest:http://user:${password}@${name}:8080/repository/` },
    create: [`--network=${network}`],
  }
}

function webdavCase({ name, network }: Server, obscured: string): CraneCase {
  const config = `[far]\ntype = webdav\nurl = http://${name}:8080\nvendor = other\nuser = user\npass = ${obscured}\n`
  return {
    ...base('rclone'),
    env: { RCLONE_REMOTE: 'far:backups' },
    secrets: { RCLONE_CONFIG: config },
    create: [`--network=${network}`],
  }
}

const SERVED = [
  {
    name: 'restic',
    protocol: 'restic',
    right: (on: Server) => resticCase(on, PASSWORD),
    wrong: (on: Server) => resticCase(on, 'wrong'),
  },
  {
    name: 'rclone',
    protocol: 'webdav',
    right: (on: Server) => webdavCase(on, OBSCURED.right),
    wrong: (on: Server) => webdavCase(on, OBSCURED.wrong),
  },
] as const

describe.skipIf(!READY).each(SERVED)('the crane image $name with a $protocol server', ({ protocol, right, wrong }) => {
  let server: Server
  let on: Yard
  beforeEach(async () => {
    server = await serve(protocol)
    on = await yard(right(server))
  })
  afterEach(() => server[Symbol.asyncDispose]())

  it('lifts, lists, checks, lowers and forgets', async () => {
    await on.init()
    const volume = await makeVolume('nasty')
    makeNastyTree(await placeOf(volume))
    const id = await on.goodLift(volume, liftId())
    expect((await on.list()).map((archive) => archive.id)).toEqual([id])
    expect((await on.check(id)).code).toBe(0)
    const destination = await makeVolume('destination')
    const { code, output } = await on.lower(id, destination)
    expect(code, output).toBe(0)
    const { keeps } = base('restic')
    expect(describeTree(await placeOf(destination), keeps)).toEqual(describeTree(await placeOf(volume), keeps))
    expect((await on.forget(id)).code).toBe(0)
    expect(await on.list()).toEqual([])
  })

  it('wrong credentials of the server: 12; no store: 10; a server that is gone: 13', async () => {
    expect((await on.act({ action: 'check' })).code).toBe(10)
    await on.init()
    const stranger = await yard(wrong(server))
    const refused = await stranger.act({ action: 'check', env: { SALVAGE_INIT: '1' } })
    expect(refused.code, refused.output).toBe(12)
    expect(refused.output).not.toContain(PASSWORD)
    await run('rm', '--force', server.name)
    const gone = await on.act({ action: 'check' })
    expect(gone.code, gone.output).toBe(13)
    expect(gone.output).not.toContain(PASSWORD)
  })

  it('a killed lift leaves no lock and no archive after forget', async () => {
    await on.init()
    const [dead, next] = [liftId(), liftId()]
    const vessel = await on.startLift(await randomVolume(96), dead, {
      create: ['--cpus=0.3', `--network=${server.network}`],
    })
    await grown(await placeOf(server.data), 4 * MEGABYTE)
    await run('kill', '--signal=KILL', vessel.name)
    await vessel.ended()
    const id = await on.goodLift(await randomVolume(1), next)
    const { code, output } = await on.forget(dead)
    expect(code, output).toBe(0)
    expect((await on.list()).map((archive) => archive.id)).toEqual([id])
    expect((await on.forget(id)).code).toBe(0)
    expect(await on.list()).toEqual([])
  })
})
