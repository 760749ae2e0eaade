import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, symlinkSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import type { LiftRef, Store } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { archiveCrane } from '../../src/archive/archive-crane.ts'
import { archiveStore } from '../../src/archive/archive-store.ts'
import { findProgram } from '../../src/process/find-program.ts'
import { markedProcesses } from '../../src/process/process-table.ts'
import { markOf } from '../../src/restic/claim.ts'
import { resticCrane } from '../../src/restic/restic-crane.ts'
import { calm, resticYard } from '../integration/restic-yard.ts'
import type { ResticYard } from '../integration/restic-yard.ts'

const CHILD = fileURLToPath(new URL('stream-child.ts', import.meta.url))
const within = { timeout: 60_000, interval: 50 } as const

describe.skipIf(!part('restic').available)('a lift of a dump whose process is killed', () => {
  let yard: ResticYard
  beforeEach(() => {
    yard = resticYard()
  })
  afterEach(() => yard[Symbol.dispose]())

  /** A PATH with what a lift needs, but without `setpriv`. */
  const withoutSetpriv = async (): Promise<NodeJS.ProcessEnv> => {
    mkdirSync(yard.at('bin'))
    for (const program of ['sh', 'cat', 'sleep', 'restic'])
      symlinkSync((await findProgram(program, process.env['PATH'] ?? '')) ?? '', yard.at(`bin/${program}`))
    return { PATH: yard.at('bin') }
  }
  const killed = async (store: Store, where: string, env: NodeJS.ProcessEnv): Promise<LiftRef> => {
    const ref: LiftRef = { ...yard.ref(store), target: 'dump:shop' }
    const child = spawn(process.execPath, [CHILD, yard.state, JSON.stringify({ ref, where })], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    await once(child.stdout, 'data')
    // What it wrote is on its way through the pipes.
    await sleep(store.crane === 'restic' ? 2500 : 200)
    child.kill('SIGKILL')
    await once(child, 'exit')
    return ref
  }

  test.each([
    ['middle', 'with'],
    ['verdict', 'with'],
    ['middle', 'without'],
    ['verdict', 'without'],
  ])('restic makes no snapshot of it (%s, %s setpriv)', async (where, setpriv) => {
    const ref = await killed(yard.store, where, setpriv === 'with' ? {} : await withoutSetpriv())
    await expect.poll(() => markedProcesses(markOf(ref.id)), within).toEqual([])
    expect(JSON.parse(yard.restic('snapshots', '--json', '--no-lock')) ?? []).toEqual([])
    await resticCrane(yard.state).clear(ref, calm)
    expect([...yard.locks(), ...yard.claims()]).toEqual([])
  })

  test('nor when nobody but the processes around it are killed', async () => {
    const ref: LiftRef = { ...yard.ref(), target: 'dump:shop' }
    const job = JSON.stringify({ ref, where: 'verdict' })
    const child = spawn(process.execPath, [CHILD, yard.state, job], { stdio: ['ignore', 'pipe', 'ignore'] })
    await once(child.stdout, 'data')
    await sleep(2500)
    await resticCrane(yard.state).clear(ref, calm)
    expect(await markedProcesses(markOf(ref.id))).toEqual([])
    child.kill('SIGKILL')
    await yard.crane.archives?.withdraw(ref, calm)
    expect(JSON.parse(yard.restic('snapshots', '--json', '--no-lock')) ?? []).toEqual([])
  })

  test.each(['middle', 'verdict'])('the archive crane makes no archive of it (%s)', async (where) => {
    const store = archiveStore(yard.at('archives'))
    const crane = archiveCrane(yard.state)
    await crane.preflight(store, [], { ...calm, init: true })
    const ref = await killed(store, where, {})
    expect(await Array.fromAsync(crane.archives?.list(store, calm) ?? [])).toEqual([])
    await crane.clear(ref, calm)
    await crane.archives?.withdraw(ref, calm)
    expect(await Array.fromAsync(crane.archives?.list(store, calm) ?? [])).toEqual([])
  })
})
