import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Backend } from '../backend.ts'
import type { Discovery } from '../target/discovery.ts'
import { parseReference } from '../target/reference.ts'
import { aborted, unaborted } from './contract-calls.ts'

/** A backend whose platform holds at least one target and one workload. */
export interface DiscoveryFixture extends AsyncDisposable {
  readonly backend: Backend & { readonly discovery: Discovery }
}

/** What every discovery promises. `watches: false` for a platform without events; it must be true of the fixture. */
export function discoveryContract(
  name: string,
  setup: () => Promise<DiscoveryFixture>,
  { watches = true }: { readonly watches?: boolean } = {},
): void {
  describe(`discovery contract: ${name}`, () => {
    let fixture: DiscoveryFixture
    beforeEach(async () => {
      fixture = await setup()
    })
    afterEach(async () => {
      await fixture[Symbol.asyncDispose]()
    })

    it('gives plain data with unique names that refer to each other', async () => {
      const survey = await fixture.backend.discovery.survey(unaborted())
      expect(JSON.parse(JSON.stringify(survey))).toEqual(survey)
      const refs = survey.targets.map((target) => target.ref)
      const ids = survey.workloads.map((workload) => workload.id)
      expect(refs.length).toBeGreaterThan(0)
      expect(ids.length).toBeGreaterThan(0)
      expect(new Set(refs).size).toBe(refs.length)
      expect(new Set(ids).size).toBe(ids.length)
      for (const ref of refs) parseReference(ref)
      const quiescers = new Set((fixture.backend.quiescers ?? []).map((quiescer) => quiescer.id))
      for (const workload of survey.workloads) {
        for (const used of workload.uses) expect(refs).toContain(used)
        for (const needed of workload.dependsOn) expect(ids).toContain(needed)
        for (const host of workload.livesIn ?? []) expect(workload.dependsOn).toContain(host)
        for (const choice of workload.quiesce) expect(quiescers).toContain(choice.quiescer)
        if (workload.quiesce.length === 0)
          expect(workload.left ?? workload.refused, `${workload.id} stays up without a reason`).toBeDefined()
      }
    })

    it('gives the same answer twice', async () => {
      const first = await fixture.backend.discovery.survey(unaborted())
      expect(await fixture.backend.discovery.survey(unaborted())).toEqual(first)
    })

    it('reads nothing after an abort', async () => {
      await expect(fixture.backend.discovery.survey(aborted())).rejects.toThrow()
    })

    it(`says truly that it ${watches ? 'watches' : 'has no events'}`, () => {
      expect(fixture.backend.discovery.watch !== undefined).toBe(watches)
    })

    if (!watches) return

    it('its watch says when it stands, and ends with the signal', async () => {
      const { discovery } = fixture.backend
      if (discovery.watch === undefined) throw new Error('a discovery that watches has a watch')
      const controller = new AbortController()
      const events = discovery.watch({ signal: controller.signal })[Symbol.asyncIterator]()
      expect(await events.next()).toEqual({ done: false, value: 'ready' })
      const next = events.next()
      controller.abort()
      await expect(
        next.then(
          (result) => result.done === true,
          () => true,
        ),
      ).resolves.toBe(true)
    })
  })
}
