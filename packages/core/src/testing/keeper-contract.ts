import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { Store } from '../crane/store.ts'
import type { Keeper, KeptRef } from '../snapshot/keeper.ts'
import type { Snapshotter } from '../snapshot/snapshotter.ts'
import type { Provisioner } from '../target/provisioner.ts'
import type { TargetRef } from '../target/reference.ts'
import type { Source } from '../target/source.ts'
import { aborted, collect, overJournal, unaborted } from './contract-calls.ts'

/** A live source with content, and a snapshotter whose keeper has kept nothing yet. Made anew for each case. */
export interface KeeperFixture extends AsyncDisposable {
  readonly snapshotter: Snapshotter
  /** The same snapshotter as another process would make it. */
  again(): Snapshotter
  readonly store: Store
  readonly source: Source
  /** Changes the live source. */
  write(text: string): Promise<void>
  /** The content of a live, exposed or new source. */
  read(source: Source): Promise<string>
  /** Snapshots, kept or not, and exposures that stand. Empty when clean. */
  leftovers(): Promise<readonly string[]>
  /** All that look see the same, as in a cluster, so that its points are of no machine. Default: of the one that they were made on. */
  readonly ofNoMachine?: true
  /** A new, empty place to lower into; absent for a keeper that lowers nothing. */
  destination?(): Promise<Source>
  /** What makes new places of kept snapshots, and a place that is free; absent where nothing does. */
  readonly places?: { readonly provisioner: Provisioner; readonly free: TargetRef }
}

/** What every snapshotter with a keeper promises besides `snapshotterContract`. */
export function keeperContract(name: string, setup: () => Promise<KeeperFixture>): void {
  describe(`keeper contract: ${name}`, () => {
    let fixture: KeeperFixture
    let serial = 0
    const makeRef = async (): Promise<KeptRef> => {
      serial += 1
      const { snapshotter, source, store } = fixture
      const support = await snapshotter.probe(source, { ...unaborted(), keep: store })
      if (!support.supported) throw new Error(`the fixture's source cannot be cut to be kept: ${support.why}`)
      const runId = `20261121t080000z-c0ffee${String(serial)}`
      const target = 'dir:/srv/contract'
      const keep = { store, at: `2026-11-21T08:00:0${String(serial % 10)}.000Z`, machine: 'contract' }
      return { id: `${runId}-s1`, runId, target, source, token: overJournal(support.token), keep }
    }
    const taken = async (text = 'before'): Promise<KeptRef> => {
      await fixture.write(text)
      const ref = await makeRef()
      await fixture.snapshotter.take(ref, unaborted())
      return ref
    }
    const kept = async (text = 'before'): Promise<{ readonly ref: KeptRef; readonly point: RestorePoint }> => {
      const ref = await taken(text)
      const { point, findings } = await keeperOf(fixture.snapshotter).keep(ref, unaborted())
      expect(findings).toEqual([])
      return { ref, point }
    }
    const listed = async (): Promise<readonly RestorePoint[]> =>
      collect(keeperOf(fixture.again()).points.list(fixture.store, unaborted()))
    const ids = async (): Promise<readonly string[]> => (await listed()).map(({ id }) => id)
    beforeEach(async () => {
      serial = 0
      fixture = await setup()
    })
    afterEach(async () => {
      await fixture[Symbol.asyncDispose]()
    })

    it('serves the store, and preflight passes where a snapshot can be kept', async () => {
      const keeper = keeperOf(fixture.snapshotter)
      expect(keeper.id).toBe(fixture.store.crane)
      await keeper.preflight?.(fixture.store, [fixture.source], { ...unaborted(), init: false })
      expect(await fixture.leftovers()).toEqual([])
    })

    it('gives a good point that says what it is, and lists it as it was given, in another process too', async () => {
      const { ref, point } = await kept()
      expect(point).toMatchObject({
        kind: 'snapshot',
        target: ref.target,
        store: fixture.store.ref,
        state: 'good',
        runId: ref.runId,
      })
      expect(point.machine).toBe(fixture.ofNoMachine === true ? undefined : ref.keep.machine)
      expect(Date.parse(point.takenAt)).not.toBeNaN()
      expect(await listed()).toMatchObject([
        { id: point.id, target: point.target, takenAt: point.takenAt, state: 'good' },
      ])
    })

    it('keeps twice as once, in another process too', async () => {
      const { ref, point } = await kept()
      expect((await keeperOf(fixture.again()).keep(ref, unaborted())).point).toEqual(point)
      expect(await ids()).toEqual([point.id])
    })

    it('tells of none that was cut and not kept', async () => {
      await taken()
      expect(await listed()).toEqual([])
    })

    it('rejects for one that was never taken, and after an abort marks nothing', async () => {
      await expect(keeperOf(fixture.snapshotter).keep(await makeRef(), unaborted())).rejects.toThrow()
      const ref = await taken()
      await expect(keeperOf(fixture.snapshotter).keep(ref, aborted())).rejects.toThrow()
      expect(await listed()).toEqual([])
    })

    it('is read beside being kept, and concealing it keeps it', async () => {
      const ref = await taken()
      const { point } = await keeperOf(fixture.snapshotter).keep(ref, unaborted())
      await fixture.write('after')
      const exposed = await fixture.snapshotter.expose(ref, unaborted())
      expect(await fixture.read(exposed)).toBe('before')
      await fixture.again().conceal(ref, unaborted())
      await fixture.again().conceal(ref, unaborted())
      expect(await ids()).toEqual([point.id])
    })

    it('is dropped, kept or not, twice, in another process', async () => {
      const { ref } = await kept()
      await fixture.again().drop(ref, unaborted())
      await fixture.again().drop(ref, unaborted())
      expect(await listed()).toEqual([])
      expect(await fixture.leftovers()).toEqual([])
    })

    it('lists newest last, and removes what it is told with all of its exposure, twice', async () => {
      const first = await kept('one')
      const second = await kept('two')
      expect(await ids()).toEqual([first.point.id, second.point.id])
      await fixture.snapshotter.expose(first.ref, unaborted())
      const { points } = keeperOf(fixture.again())
      await points.remove([first.point], fixture.store, unaborted())
      await points.remove([first.point], fixture.store, unaborted())
      expect(await ids()).toEqual([second.point.id])
      await points.remove([second.point], fixture.store, unaborted())
      expect(await fixture.leftovers()).toEqual([])
    })

    it('checks what it keeps, where it can', async () => {
      const { point } = await kept()
      const { points } = keeperOf(fixture.again())
      await points.check?.(point, fixture.store, unaborted())
      await points.remove([point], fixture.store, unaborted())
      if (points.check !== undefined) await expect(points.check(point, fixture.store, unaborted())).rejects.toThrow()
    })

    it('lowers the point in time into a place that it can write, or says that it does not', async () => {
      const { point } = await kept()
      await fixture.write('after')
      const { points, media } = keeperOf(fixture.again())
      expect(points.lower === undefined).toBe(fixture.destination === undefined)
      expect(media.size > 0).toBe(points.lower !== undefined)
      if (points.lower === undefined || fixture.destination === undefined) return
      const place = await fixture.destination()
      await points.lower(point, fixture.store, place, unaborted())
      expect(await fixture.read(place)).toBe('before')
    })

    it('becomes a new place with its content, which is removed like any other', async () => {
      const { places, store } = fixture
      if (places === undefined) return
      const { point } = await kept()
      await fixture.write('after')
      const { provisioner, free } = places
      const from = { point, store }
      const token = await provisioner.prepareFrom?.(free, from, '20261121t090000z-c0ffee', unaborted())
      if (token === undefined) throw new Error('the provisioner of the fixture makes no place of its snapshots')
      const place = await provisioner.create(overJournal(token), unaborted())
      expect(await provisioner.create(overJournal(token), unaborted())).toEqual(place)
      expect(await fixture.read(place)).toBe('before')
      await provisioner.remove(overJournal(token), unaborted())
      await provisioner.remove(overJournal(token), unaborted())
      await expect(fixture.read(place)).rejects.toThrow()
      expect(await ids()).toEqual([point.id])
      const elsewhere = { point, store: { ...store, crane: 'of-somebody-else' } }
      expect(await provisioner.prepareFrom?.(free, elsewhere, 'r', unaborted())).toBeUndefined()
    })
  })
}

function keeperOf({ keeps }: Snapshotter): Keeper {
  if (keeps === undefined) throw new Error('the snapshotter of the fixture keeps nothing')
  return keeps
}
