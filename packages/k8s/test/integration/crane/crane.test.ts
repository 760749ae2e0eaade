import { auditEvents, part } from '@salvage-kit/testbed'
import type { ClaimSource, LiftRef, RestorePoint } from '@salvage-kit/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { jobCrane, jobStore } from '../../../src/crane/job-crane.ts'
import type { JobCraneSettings } from '../../../src/crane/settings.ts'
import { KINDS } from '../../../src/resource/kind.ts'
import { wholeSuite } from './whole.ts'
import { liftId, openYard, type Yard } from './yard.ts'

const asked = z.object({
  verb: z.string(),
  requestURI: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z.object({ namespace: z.string().optional() }).optional(),
})
const options = { signal: new AbortController().signal }

/** What makes a crane fail, with which code and words. */
const REASONS: readonly (readonly [Partial<JobCraneSettings>, string, string])[] = [
  [{ image: 'nowhere/at-all:1' }, 'CRANE.IMAGE_MISSING', 'not present'],
  [{ secrets: { P: { secret: 'none', key: 'k' } } }, 'CRANE.SECRET', 'none'],
  [{ envSecrets: { P: { secret: 'restic', key: 'none' } } }, 'CRANE.SECRET', 'none'],
  [{ resources: { requests: { memory: '900Gi' } }, startMs: 3000 }, 'JOB.UNSCHEDULABLE', 'memory'],
  [{ user: 'root' }, 'CRANE.CREATE', 'restricted'],
  [
    { secrets: { RESTIC_PASSWORD: { secret: 'restic', key: 'wrong' } } },
    'STORE.WRONG_PASSWORD',
    'exit code 12; its last lines: ',
  ],
]

const READY = part('kubernetes').available && part('crane-images').available

describe.skipIf(!READY)('cranes as Jobs, in a namespace of the standard "restricted"', () => {
  let yard: Yard
  let source: ClaimSource

  beforeAll(async () => {
    yard = await openYard()
    source = await yard.tenant.newClaim()
    await yard.tenant.write(source, 'what was cut')
  })
  afterAll(async () => yard?.[Symbol.asyncDispose]())

  const craneWith = (more: Partial<JobCraneSettings> = {}) =>
    jobCrane(yard.cluster, {
      cranes: { it: { ...yard.settings, ...more } },
      machine: 'test',
    })
  const store = () => jobStore('it', yard.tenant.namespace)
  const ref = (): LiftRef => ({
    id: liftId(),
    runId: 'run',
    target: `k8s:${yard.tenant.namespace}/${source.name}`,
    store: store(),
    at: '2026-11-21T08:00:00.000Z',
    machine: 'test',
  })

  wholeSuite(() => yard)

  it('lists what runs lifted; an image of version 1 copies, and one that cannot says why, all beside each other', async () => {
    const listing = async (): Promise<void> => {
      const listed: RestorePoint[] = []
      for await (const point of craneWith().archives?.list(store(), options) ?? []) listed.push(point)
      const target = expect.stringMatching(`^k8s:${yard.tenant.namespace}/`)
      expect(listed).toMatchObject([{ target, machine: 'test', state: 'good' }])
    }
    const copying = async (): Promise<void> => {
      const { contract2: _, ...first } = yard.settings
      const one = ref()
      const crane = jobCrane(yard.cluster, { cranes: { it: first }, machine: 'test' })
      expect(await crane.lift(one, source, options)).toMatchObject({ findings: [], point: { id: one.id } })
    }
    const failing = REASONS.map(async ([more, code, why]) => {
      const lifting = craneWith(more).lift(ref(), source, options)
      await expect(lifting).rejects.toMatchObject({ code, why: expect.stringContaining(why) })
    })
    await Promise.all([listing().then(copying), ...failing])
    expect(await yard.leftovers()).toEqual([])
  })

  it('an aborted lift leaves no Job and no pod; a dead one is cleared by another process', async () => {
    const controller = new AbortController()
    const one = ref()
    const lifting = craneWith().lift(one, source, { signal: controller.signal })
    lifting.catch(() => {})
    await expect.poll(async () => (await yard.leftovers()).length, { timeout: 20_000 }).toBe(2)
    controller.abort(new Error('enough'))
    await expect(lifting).rejects.toThrow('enough')
    expect(await yard.leftovers()).toEqual([])

    // What a process leaves that dies at once: nobody removes its Job.
    const dying = { ...yard.cluster, remove: async () => {} }
    const dead = new AbortController()
    const stopped = jobCrane(dying, { cranes: { it: yard.settings } }).lift(one, source, { signal: dead.signal })
    stopped.catch(() => {})
    const job = { namespace: source.namespace, name: `salvage-${one.id}` }
    await expect.poll(async () => yard.cluster.get(KINDS.job, job, options), { timeout: 20_000 }).toBeDefined()
    await craneWith().clear(one, options)
    await craneWith().archives?.withdraw(one, options)
    expect(await yard.leftovers()).toEqual([])
    await expect(stopped).rejects.toMatchObject({ code: expect.stringMatching(/^CRANE\.(FAILED|STOPPED)$/) })
  })

  it('asked for nothing outside of the two namespaces but what it may do', () => {
    const log = yard.tenant.kubernetes.machinery?.auditLog
    if (log === undefined) return
    const own = auditEvents(log)
      .map((line) => asked.parse(line))
      .filter(({ user }) => user.username === yard.account)
    expect(own.length).toBeGreaterThan(50)
    const namespaces = new Set<string | undefined>([yard.tenant.namespace, yard.elsewhere])
    const outside = own.filter(({ objectRef }) => !namespaces.has(objectRef?.namespace))
    const requests = outside.map(({ verb, requestURI }) => `${verb} ${requestURI}`)
    expect(requests.filter((request) => !/\/selfsubject(?:access|rules)reviews$/.test(request))).toEqual([])
  })
})
