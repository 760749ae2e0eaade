import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { part, temporaryDirectory } from '@salvage-kit/testbed'
import { describe, expect, test } from 'vitest'
import { eventsOf, salvageKit } from '../salvage-kit.ts'

const tar = part('tar-xattrs')

/** A directory whose pre command lasts, and whose post command ends with a code. */
function configured(folder: string, postCode: number): void {
  mkdirSync(join(folder, 'app'))
  writeFileSync(join(folder, 'app/file'), 'content\n')
  const say = (phase: string): string => `echo ${phase} >>${folder}/log`
  const hooks = {
    pre: ['sh', '-c', `${say('pre')}; test -e ${folder}/go || sleep 60`],
    post: ['sh', '-c', `${say('post')}; exit ${String(postCode)}`],
  }
  const config = {
    stores: { disk: `archive:${folder}/backups` },
    directories: [{ path: `${folder}/app`, hooks, tides: ['nightyl'] }],
    tides: { nightly: { targets: [`dir:${folder}/app`] } },
  }
  writeFileSync(join(folder, 'salvage-kit.yaml'), JSON.stringify(config))
}

function logOf(folder: string): string {
  return existsSync(join(folder, 'log')) ? readFileSync(join(folder, 'log'), 'utf8') : ''
}

/** A run that was killed while its pre command went on. */
async function killedRun(folder: string): Promise<ReturnType<typeof salvageKit>> {
  const sk = salvageKit(folder)
  const running = sk('run', 'dir:app')
  while (logOf(folder) === '' && running.child.exitCode === null) await sleep(20)
  running.child.kill('SIGKILL')
  await running.ended
  return sk
}

describe.skipIf(!tar.available)('after a run that was killed', () => {
  test('plan touches nothing and says what to do, history tells, run takes back and goes on', async () => {
    using folder = temporaryDirectory()
    configured(folder.path, 0)
    const sk = await killedRun(folder.path)
    const planned = await sk('plan', 'dir:app', '--json').ended
    expect([planned.code, logOf(folder.path)]).toEqual([4, 'pre\n'])
    expect(JSON.parse(planned.out)).toMatchObject({
      version: 1,
      error: { code: 'RECOVER.PENDING', hint: expect.stringContaining('salvage-kit recover') },
    })
    expect((await sk('history').ended).out).toContain('died, to recover')
    writeFileSync(join(folder.path, 'go'), '')
    expect((await sk('run', 'dir:app').ended).code).toBe(0)
    expect(logOf(folder.path)).toBe('pre\npost\npre\npost\n')
    expect((await sk('history').ended).out).toContain('died, recovered')
    expect((await sk('plan', 'dir:app').ended).code).toBe(0)
  })

  test('what can never be taken back is forgotten by name only', async () => {
    using folder = temporaryDirectory()
    configured(folder.path, 0)
    const sk = await killedRun(folder.path)
    const { runs } = JSON.parse((await sk('history', '--json').ended).out)
    // Its undo names a quiescer that is nowhere, as after a configuration that is gone.
    const { DatabaseSync } = await import('node:sqlite')
    using journal = new DatabaseSync(join(folder.path, 'state/journal.sqlite'))
    journal.exec(`UPDATE entry SET undo = replace(undo, 'local.command', 'local.gone')`)
    const stuck = await sk('recover').ended
    expect(stuck).toMatchObject({
      code: 4,
      out: expect.stringContaining(`salvage-kit recover --forget ${String(runs[0].runId)}`),
    })
    const other = await sk('recover', '--forget', 'r1').ended
    expect(other).toMatchObject({ code: 2, err: expect.stringContaining('nothing of run "r1"') })
    const forgotten = await sk('recover', '--forget', runs[0].runId, '--json').ended
    expect(forgotten.code).toBe(0)
    expect(eventsOf(forgotten.out).at(-1)).toMatchObject({
      type: 'recover.finished',
      stuck: [],
      forgotten: [{ runId: runs[0].runId }],
    })
    expect(await sk('recover').ended).toEqual({ code: 0, out: 'nothing to recover\n', err: '' })
  })
})

test.skipIf(!tar.available)('a restore spares the state directory and the store', async () => {
  using folder = temporaryDirectory()
  mkdirSync(join(folder.path, 'state'))
  mkdirSync(join(folder.path, 'app/data'), { recursive: true })
  const sk = salvageKit(folder.path, { SALVAGE_STATE: `${folder.path}/app/state` })
  expect((await sk('run', 'dir:app', '--to', 'archive:backups').ended).code).toBe(0)
  const refused = async (...args: readonly string[]): Promise<string> => {
    const { code, err } = await sk('restore', 'dir:app', '--from', 'archive:backups', ...args).ended
    expect(code).toBe(2)
    return err
  }
  expect(await refused('--in-place', '--yes')).toContain(`the state directory ${folder.path}/app/state lies in`)
  expect(await refused('--to', 'dir:app/state/x')).toContain('lies in the state directory')
  expect(await refused('--to', 'dir:backups/x')).toContain('lies in the store archive:')
  expect(await refused('--to', 'dir:.', '--in-place', '--yes')).toContain('lies in dir:')
  expect((await sk('list', 'dir:app', '--from', 'archive:backups').ended).out).toContain('good')
})

test('doctor tells of a tide that nobody defines', async () => {
  using folder = temporaryDirectory()
  configured(folder.path, 0)
  const { out } = await salvageKit(folder.path)('doctor').ended
  expect(out).toMatch(/belongs to the tide "nightyl", which is defined nowhere\n {2}next: did you mean "nightly"\?/)
})
