import { auditEvents, part } from '@salvage-kit/testbed'
import type { Archive, ClaimSource, LiftRef, RestorePoint } from '@salvage-kit/core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { jobCrane, jobStore } from '../../../src/crane/job-crane.ts'
import type { JobCraneSettings } from '../../../src/crane/settings.ts'
import { KINDS } from '../../../src/resource/kind.ts'
import { liftId, openYard, type Yard } from './yard.ts'

const asked = z.object({
  verb: z.string(),
  requestURI: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z.object({ namespace: z.string().optional() }).optional(),
})
const options = { signal: new AbortController().signal }

const READY = part('kubernetes').available && part('crane-images').available

describe.skipIf(!READY)('cranes as Jobs, in a namespace of the standard "restricted"', () => {
  let yard: Yard
  let source: ClaimSource
  let archive: Archive | undefined

  beforeAll(async () => {
    yard = await openYard()
    source = await yard.tenant.newClaim()
    await yard.tenant.write(source, 'what was cut')
  })
  afterAll(async () => yard?.[Symbol.asyncDispose]())

  const lines: string[] = []
  const craneWith = (more: Partial<JobCraneSettings> = {}) =>
    jobCrane(yard.cluster, {
      cranes: { it: { ...yard.settings, ...more }, root: { ...yard.settings, user: 'root' } },
      machine: 'test',
      onLine: (_ref, line) => lines.push(line),
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

  it('makes the repository, and puts the content of a claim into it', async () => {
    const crane = craneWith()
    await crane.preflight(store(), [source], { ...options, init: true })
    archive = await crane.lift(ref(), source, options)
    expect(archive).toMatchObject({ findings: [], point: { state: 'good', files: expect.any(Number) } })
    const listed: RestorePoint[] = []
    for await (const point of crane.archives?.list(store(), options) ?? []) listed.push(point)
    expect(listed).toMatchObject([{ id: archive.point.id, target: archive.point.target, runId: 'run' }])
    expect(await yard.leftovers()).toEqual([])
  })

  it('fills a claim of another namespace, whose volume waits for the pod', async () => {
    const destination = await yard.newClaimElsewhere('place')
    const point = archive?.point
    if (point === undefined) throw new Error('nothing was lifted')
    const root = jobStore('root', yard.tenant.namespace)
    await craneWith().archives?.lower(point, root, destination, options)
    expect(await yard.tenant.read(destination)).toBe('what was cut')
    expect(await yard.leftovers()).toEqual([])
  })

  it('an image of version 1 copies with the environment of the original', async () => {
    const { contract2: _, ...first } = yard.settings
    const crane = jobCrane(yard.cluster, { cranes: { it: first }, machine: 'test' })
    const one = ref()
    expect(await crane.lift(one, source, options)).toMatchObject({ findings: [], point: { id: one.id } })
    expect(await yard.leftovers()).toEqual([])
  })

  it.each([
    ['its image is not there', { image: 'nowhere/at-all:1' }, 'CRANE.IMAGE_MISSING', 'not present'],
    [
      'its Secret is not there',
      { secrets: { P: { secret: 'none', key: 'k' } }, startMs: 6000 },
      'JOB.NOT_STARTED',
      'none',
    ],
    [
      'no node has so much',
      { resources: { requests: { memory: '900Gi' } }, startMs: 3000 },
      'JOB.UNSCHEDULABLE',
      'memory',
    ],
    ['the namespace does not admit it', { user: 'root' }, 'CRANE.CREATE', 'restricted'],
    [
      'the password is wrong',
      { secrets: { RESTIC_PASSWORD: { secret: 'restic', key: 'wrong' } } },
      'STORE.WRONG_PASSWORD',
      'exit code 12; its last lines: ',
    ],
  ] satisfies [string, Partial<JobCraneSettings>, string, string][])(
    'says the reason when %s',
    async (_name, more, code, why) => {
      const lifting = craneWith(more).lift(ref(), source, options)
      await expect(lifting).rejects.toMatchObject({ code, why: expect.stringContaining(why) })
      expect(await yard.leftovers()).toEqual([])
    },
  )

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
