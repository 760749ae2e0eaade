import { spawn } from 'node:child_process'
import { docker, part, privateDockerd, temporaryDirectory } from '@salvage-kit/testbed'
import type { Dockerd, TemporaryDirectory } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { salvageKit } from '../salvage-kit.ts'
import type { Running } from '../salvage-kit.ts'

const IMAGE = 'salvage-test/postgres'
const SOON = { timeout: 60_000, interval: 100 }

describe.skipIf(!part('dockerd').available)('a dump whose salvage-kit was killed', () => {
  let engine: Dockerd
  let folder: TemporaryDirectory
  const commands: Running[] = []

  const cli = async (...args: string[]): Promise<string> => (await docker(engine.host, args)).trim()
  const sql = async (name: string, text: string): Promise<string> =>
    cli('exec', name, 'psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', '-d', 'postgres', '-c', text)
  /** Dumps that wait for the table. */
  const dumping = async (name: string): Promise<number> =>
    Number(await sql(name, 'select count(*) from pg_locks where not granted'))
  const sk = (state: string, ...args: readonly string[]): Running => {
    const running = salvageKit(folder.path, { DOCKER_HOST: engine.host, SALVAGE_STATE: `${folder.path}/${state}` })(
      ...args,
    )
    commands.push(running)
    return running
  }

  beforeAll(async () => {
    engine = await privateDockerd([IMAGE])
    folder = temporaryDirectory()
    for (const name of ['one', 'two']) {
      await cli('run', '--detach', '--network=none', `--name=${name}`, '--label=salvage.dump=postgres', IMAGE)
      await vi.waitFor(async () => expect(await sql(name, 'select 1')).toBe('1'), SOON)
      await sql(name, 'create table t as select 1 as x')
    }
  })
  afterAll(async () => {
    for (const { child } of commands) child.kill('SIGKILL')
    await engine[Symbol.asyncDispose]()
    folder[Symbol.dispose]()
  })

  /** A dump waits for as long as this has the table. */
  async function locked(name: string): Promise<void> {
    const held = 'begin; lock table t; select pg_sleep(600)'
    spawn('docker', ['--host', engine.host, 'exec', name, 'psql', '-d', 'postgres', '-c', held], { stdio: 'ignore' })
    await vi.waitFor(
      async () => expect(await sql(name, `select count(*) from pg_locks where mode = 'AccessExclusiveLock'`)).toBe('1'),
      SOON,
    )
  }

  test('is ended in its container by the next command, and no dump of one that lives is', async () => {
    for (const name of ['one', 'two']) await locked(name)
    const [dead, alive] = ['one', 'two'].map((name) =>
      sk(`state-${name}`, 'run', `dump:${name}`, '--to', `archive:${name}`, '--init'),
    )
    for (const name of ['one', 'two']) await vi.waitFor(async () => expect(await dumping(name)).toBe(1), SOON)
    dead?.child.kill('SIGKILL')
    await dead?.ended
    expect([await dumping('one'), await dumping('two')]).toEqual([1, 1])
    expect((await sk('state-one', 'recover').ended).code).toBe(0)
    expect([await dumping('one'), await dumping('two')]).toEqual([0, 1])
    expect(alive?.child.exitCode).toBeNull()
    // The database itself was not troubled, and the session that has the table neither.
    expect(await sql('one', `select count(*) from pg_stat_activity where query like '%pg_sleep(600)'`)).toBe('1')
    expect(await cli('inspect', '--format={{.RestartCount}} {{.State.Running}}', 'one')).toBe('0 true')
  })
})
