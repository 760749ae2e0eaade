import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { addDays, type Day } from '../../src/label/day.ts'
import { birthMarks } from '../../src/label/birth.ts'
import { grant } from '../../src/label/grant.ts'
import { changed } from '../../src/label/label-change.ts'
import { keptSnapshot, type KeptSnapshot } from '../../src/label/kept-snapshot.ts'
import { tiersOf } from '../../src/label/tier.ts'
import { judge } from '../../src/retention/judge.ts'
import { labelsOfTheOriginal, pruneAsTheOriginal } from './original-pruner.ts'

const zone = 'UTC'
const rules = { daily: 7, weekly: 4, monthly: 3 }

interface Standing {
  readonly name: string
  readonly namespace: string
  readonly pvc: string
  readonly cutAt: number
  readonly content: string
  labels: { [key: string]: string }
  ready: boolean
}

interface DayOfFleet {
  /** Whether our backup of `data` gets ready before its run ends. */
  readonly ours: 'ready' | 'late' | 'never' | 'died'
  /** How many runs of the creator of backup-ns for `uploads`. */
  readonly theirs: number
  /** Whether our pruner is the first of the day. */
  readonly first: boolean
}

const fleetDay: fc.Arbitrary<DayOfFleet> = fc.record({
  ours: fc.constantFrom('ready', 'ready', 'ready', 'late', 'never', 'died'),
  theirs: fc.integer({ min: 0, max: 2 }),
  first: fc.boolean(),
})

function read({ name, namespace, pvc, cutAt, content, labels, ready }: Standing): KeptSnapshot {
  const found = keptSnapshot({
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshot',
    metadata: { name, namespace, uid: name, labels, creationTimestamp: new Date(cutAt).toISOString() },
    spec: { source: { persistentVolumeClaimName: pvc } },
    status: { readyToUse: ready, creationTime: new Date(cutAt).toISOString(), boundVolumeSnapshotContentName: content },
  })
  if (found === undefined) throw new Error(`${name} is not retained`)
  return found
}

/** One namespace with two claims: `data` is backed up by us, `uploads` by backup-ns, and both pruners run once a day. */
function fleet(): {
  readonly day: (day: Day, events: DayOfFleet) => void
  readonly standing: () => readonly Standing[]
} {
  let all: Standing[] = []
  const put = (pvc: string, at: string, labels: { readonly [key: string]: string }): Standing => {
    const name = `${pvc}-${at}`
    const cutAt = Date.parse(`${at}:00Z`)
    const one = { name, namespace: 'a', pvc, cutAt, content: name, labels: { ...labels }, ready: true }
    all.push(one)
    return one
  }
  const backup = (day: Day, how: DayOfFleet['ours']): void => {
    const { labels } = birthMarks({ pvc: 'data', type: 'cronjob', retain: { by: 'tiers' }, day })
    const one = put('data', `${day}T00:32`, labels)
    one.ready = how === 'ready' || how === 'died'
    if (how === 'ready') one.labels = { ...changed(one.labels, grant(read(one), all.map(read), zone)) }
  }
  const ourPruner = (day: Day): void => {
    const now = new Date(`${day}T12:00:00Z`)
    const gone = new Set<string>()
    for (const { snapshot, action, change } of judge(all.map(read), { rules, now, zone })) {
      const one = all.find(({ name }) => name === snapshot.name)
      if (action === 'delete') gone.add(snapshot.name)
      else if (one !== undefined) one.labels = { ...changed(one.labels, change) }
    }
    all = all.filter(({ name }) => !gone.has(name))
  }
  const theirPruner = (day: Day): void => {
    const now = new Date(`${day}T12:00:00Z`)
    const ours = new Set(
      judge(all.map(read), { rules, now, zone }).flatMap(({ snapshot, action }) =>
        action === 'delete' ? snapshot.name : [],
      ),
    )
    const gone = new Set(pruneAsTheOriginal(all, day, rules).map(({ name }) => name))
    for (const name of gone) expect(ours).toContain(name)
    all = all.filter(({ name }) => !gone.has(name))
  }
  return {
    standing: () => all,
    day(day, { ours, theirs, first }) {
      for (const one of all) if (one.labels['test/late'] !== undefined) one.ready = true
      backup(day, ours)
      const last = all.at(-1)
      if (ours === 'late' && last !== undefined) last.labels['test/late'] = 'x'
      for (let n = 0; n < theirs; n += 1)
        put('uploads', `${day}T0${String(n + 1)}:00`, labelsOfTheOriginal(all, 'a', 'uploads', tiersOf(day)))
      for (const pruner of first ? [ourPruner, theirPruner] : [theirPruner, ourPruner]) pruner(day)
    },
  }
}

test('4, 11, D1, D2: two claims of one namespace, two creators, two pruners: the newest 7 days of each stand', () => {
  fc.assert(
    fc.property(fc.array(fleetDay, { minLength: 3, maxLength: 25 }), (days) => {
      const { day, standing } = fleet()
      const made: { readonly pvc: string; readonly day: Day }[] = []
      for (const [n, events] of days.entries()) {
        const today = addDays('2026-10-28', n)
        day(today, events)
        if (events.ours === 'ready' || events.ours === 'died') made.push({ pvc: 'data', day: today })
        if (events.theirs > 0) made.push({ pvc: 'uploads', day: today })
        for (const pvc of ['data', 'uploads']) {
          const stands = new Set(
            standing().flatMap((one) => (one.pvc === pvc ? new Date(one.cutAt).toISOString().slice(0, 10) : [])),
          )
          // Late ones take places of their own when they get ready.
          const late = days.filter((one) => one.ours === 'late').length
          const newest = made.filter((one) => one.pvc === pvc).slice(pvc === 'data' && late > 0 ? -2 : -7)
          for (const one of newest) expect(stands).toContain(one.day)
        }
      }
    }),
    { numRuns: 150 },
  )
})
