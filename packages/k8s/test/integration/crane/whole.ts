import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recover } from '@salvage-kit/core'
import type { ClaimSource, RestorePoint, TargetRef } from '@salvage-kit/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { WholeCase } from './whole-rig.ts'
import { wholeRig } from './whole-rig.ts'
import { restoreOnce, runOnce } from './whole-work.ts'
import type { Yard } from './yard.ts'

const options = { signal: new AbortController().signal }
const child = new URL('whole-child.ts', import.meta.url).pathname
/** Many lines, so that what was cut off would show. */
const FIRST = randomBytes(24_000).toString('hex')
const SOON = { timeout: 60_000, interval: 50 }

/** Runs and restores of a claim by the engine: the cut that stays is what goes offsite, and what a killed process leaves goes. */
export function wholeSuite(theYard: () => Yard): void {
  describe('a claim that is cut, lifted and restored into another namespace', () => {
    let state: string
    let source: ClaimSource
    let target: TargetRef
    let one: WholeCase
    let before: readonly string[]
    let point: RestorePoint | undefined

    beforeAll(async () => {
      const { tenant, elsewhere, kubeconfig, storeEntry } = theYard()
      state = mkdtempSync(join(tmpdir(), 'salvage-whole-'))
      source = await tenant.newClaim()
      target = `k8s:${source.namespace}/${source.name}`
      await tenant.write(source, FIRST)
      one = { kubeconfig, namespaces: [tenant.namespace, elsewhere], state, store: storeEntry }
      before = await theYard().everything()
    })
    afterAll(() => rmSync(state, { recursive: true, force: true }))

    /** Kills a process as soon as the container of its crane runs. */
    const killedAtWork = async (work: object): Promise<void> => {
      const dying = spawn(process.execPath, [child, JSON.stringify(one), JSON.stringify(work)], { stdio: 'inherit' })
      const exit = once(dying, 'exit')
      const look = async () => (dying.exitCode === null ? (await theYard().working()).length : 'ended')
      await expect.poll(look, SOON).not.toBe(0)
      dying.kill('SIGKILL')
      expect(await exit).toEqual([null, 'SIGKILL'])
    }

    it('a run that is killed while it lifts leaves nothing when it was recovered', async () => {
      await killedAtWork({ target })
      const rig = await wholeRig(one)
      expect(await recover(rig, options)).toMatchObject({ stuck: [] })
      expect(await theYard().everything()).toEqual(before)
    })

    it('lifts the same cut that stays, whatever is written meanwhile', async () => {
      const { tenant } = theYard()
      const writes: Promise<void>[] = []
      const rig = await wholeRig(one, ({ type }) => {
        if (type === 'lift.started') writes.push(tenant.write(source, 'written after the cut'))
      })
      const report = await runOnce(rig, target, { keeps: true })
      expect(report).toMatchObject({ outcome: 'good', groups: [{ targets: [{ outcome: 'good', findings: [] }] }] })
      await Promise.all(writes)
      expect(await tenant.read(source)).toBe('written after the cut')
      point = report.groups[0]?.targets[0]?.point
      expect(point).toMatchObject({ kind: 'archive', store: 'job:offsite', target })
      const made = (await theYard().everything()).filter((name) => !before.includes(name))
      expect(made).toEqual([expect.stringMatching(/^VolumeSnapshot /)])
    })

    it('a restore that is killed while it fills leaves nothing when it was recovered, and the next one is whole', async () => {
      const { tenant, elsewhere } = theYard()
      const to: TargetRef = `k8s:${elsewhere}/restored`
      const now = await theYard().everything()
      await killedAtWork({ point, target: to })
      const rig = await wholeRig(one)
      expect(await recover(rig, options)).toMatchObject({ stuck: [] })
      expect(await theYard().everything()).toEqual(now)
      if (point === undefined) throw new Error('nothing was lifted')
      const report = await restoreOnce(rig, point, to)
      expect(report).toMatchObject({ outcome: 'good', stuck: [] })
      expect(await tenant.read({ medium: 'pvc', namespace: elsewhere, name: 'restored' })).toBe(FIRST)
      expect(await theYard().leftovers()).toEqual([])
    })
  })
}
