import type { RestorePoint } from '@salvage-kit/core'
import { expect, it } from 'vitest'
import type { Cluster } from '../../src/client/cluster.ts'
import { jobCrane } from '../../src/crane/job-crane.ts'
import { clearFillers } from '../../src/crane/remove-jobs.ts'
import { KINDS } from '../../src/resource/kind.ts'
import { mortal } from '../integration/snapshot/mortal.ts'
import { memoryImage } from './memory-image.ts'
import { jobWorld } from './world.ts'
import { exposed, lift, options } from './world-refs.ts'

const cranes = { it: { image: 'image', contract2: { actions: ['lift', 'lower', 'list', 'check', 'forget'] } } } as const
const MOST_CALLS = 40
const place = { medium: 'pvc', namespace: 'other', name: 'place' } as const

function yard() {
  const image = memoryImage()
  const { cluster, fake, newClaim } = jobWorld(image.run)
  newClaim('salvage-cut')
  newClaim('place', 'other')
  image.claims.set('ns/salvage-cut', 'content')
  const left = () => [...fake.all(KINDS.job), ...fake.all(KINDS.pod)].map(({ metadata }) => metadata.name)
  return { image, left, cluster, craneOn: (on: Cluster) => jobCrane(on, { cranes, machine: 'here' }) }
}

it('a lift that dies at any call is cleared and withdrawn by another process, and the next one is good', async () => {
  let died = 0
  for (let calls = 1, isDead = true; isDead && calls < MOST_CALLS; calls += 1) {
    const { craneOn, cluster, left } = yard()
    const dying = mortal(cluster, calls)
    await craneOn(dying)
      .lift(lift, exposed, options)
      .catch(() => undefined)
    isDead = dying.isDead()
    if (isDead) died += 1
    const crane = craneOn(cluster)
    await crane.clear(lift, options)
    expect(left()).toEqual([])
    await crane.archives?.withdraw(lift, options)
    const points: RestorePoint[] = []
    for await (const point of crane.archives?.list(lift.store, options) ?? []) points.push(point)
    expect(points).toEqual([])
    expect(await crane.lift({ ...lift, id: 'run-2' }, exposed, options)).toMatchObject({ findings: [] })
    expect(left()).toEqual([])
  }
  expect(died).toBeGreaterThan(4)
})

it('a fill that dies at any call is cleared by the claim that it fills, and the next one is whole', async () => {
  let died = 0
  for (let calls = 1, isDead = true; isDead && calls < MOST_CALLS; calls += 1) {
    const { craneOn, cluster, left, image } = yard()
    const { point } = await craneOn(cluster).lift(lift, exposed, options)
    const dying = mortal(cluster, calls)
    await craneOn(dying)
      .archives?.lower(point, lift.store, place, options)
      .catch(() => undefined)
    isDead = dying.isDead()
    if (isDead) died += 1
    await clearFillers(cluster, place, options)
    expect(left()).toEqual([])
    image.claims.delete('other/place')
    await craneOn(cluster).archives?.lower(point, lift.store, place, options)
    expect(image.claims.get('other/place')).toBe('content')
  }
  expect(died).toBeGreaterThan(4)
})
