import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ArchiveStore, Crane, LiftRef } from '../crane/crane.ts'
import type { RestorePoint } from '../crane/restore-point.ts'
import type { Store } from '../crane/store.ts'
import type { Source } from '../target/source.ts'
import { aborted, collect, unaborted } from './contract-calls.ts'

/** A source with content, an empty store and the crane that is looked at. Made anew for each case. */
export interface CraneFixture extends AsyncDisposable {
  readonly crane: Crane
  /** The same crane as another process would make it. */
  again(): Crane
  readonly store: Store
  readonly source: Source
  /** A new, empty place to restore into; absent for a crane that cannot restore. */
  destination?(): Promise<Source>
  /** Fails when the content of both is not the same. */
  compare?(source: Source, destination: Source): Promise<void>
  /** What a lift may leave on this machine besides the archive: containers, processes, unfinished files. Empty when clean. */
  leftovers(): Promise<readonly string[]>
}

/** What every crane promises. `restores: false` for a crane without archives; it must be true of the fixture. */
export function craneContract(
  name: string,
  setup: () => Promise<CraneFixture>,
  { restores = true }: { readonly restores?: boolean } = {},
): void {
  describe(`crane contract: ${name}`, () => {
    let fixture: CraneFixture
    let serial = 0
    const nextRef = (): LiftRef => {
      serial += 1
      return {
        id: `20261121t080000z-c0ffee${String(serial)}-1`,
        runId: `20261121t080000z-c0ffee${String(serial)}`,
        target: 'dir:/srv/contract',
        store: fixture.store,
        at: '2026-11-21T08:00:00.000Z',
        machine: 'contract',
      }
    }
    const lift = async (ref: LiftRef): Promise<RestorePoint> => {
      const archive = await fixture.crane.lift(ref, fixture.source, unaborted())
      expect(archive.findings).toEqual([])
      return archive.point
    }
    const ready = async (): Promise<void> => {
      await fixture.crane.preflight(fixture.store, [fixture.source], { ...unaborted(), init: true })
    }
    const listed = async (archives: ArchiveStore): Promise<readonly string[]> => {
      const points = await collect(archives.list(fixture.store, unaborted()))
      return points.map((point) => point.id)
    }
    beforeEach(async () => {
      fixture = await setup()
    })
    afterEach(async () => {
      await fixture[Symbol.asyncDispose]()
    })

    it('preflight passes where a lift can begin, twice', async () => {
      await ready()
      await fixture.crane.preflight(fixture.store, [fixture.source], { ...unaborted(), init: false })
    })

    it('a lift gives a good point that says what it is', async () => {
      await ready()
      const ref = nextRef()
      const point = await lift(ref)
      expect(point).toMatchObject({
        kind: 'archive',
        target: ref.target,
        store: fixture.store.ref,
        state: 'good',
        runId: ref.runId,
      })
      expect(Date.parse(point.takenAt)).not.toBeNaN()
      expect(await fixture.leftovers()).toEqual([])
    })

    it('clear works before, after and twice, and keeps the archive', async () => {
      await ready()
      const ref = nextRef()
      await fixture.crane.clear(ref, unaborted())
      const point = await lift(ref)
      await fixture.again().clear(ref, unaborted())
      await fixture.again().clear(ref, unaborted())
      if (restores) expect(await listed(must(fixture.crane.archives))).toEqual([point.id])
    })

    it('an aborted lift rejects and leaves nothing after clear', async () => {
      await ready()
      const ref = nextRef()
      await expect(fixture.crane.lift(ref, fixture.source, aborted())).rejects.toThrow()
      await fixture.again().clear(ref, unaborted())
      expect(await fixture.leftovers()).toEqual([])
      if (restores) expect(await listed(must(fixture.crane.archives))).toEqual([])
    })

    it(`says truly that it ${restores ? 'restores' : 'cannot restore'}`, async () => {
      const { crane, store } = fixture
      const able = await crane.abilities?.(store, unaborted())
      expect(able?.archives ?? crane.archives !== undefined).toBe(restores)
    })

    it('withdraws what a lift that never began may have made, whether it restores or not', async () => {
      await ready()
      await fixture.again().archives?.withdraw(nextRef(), unaborted())
      expect(await fixture.leftovers()).toEqual([])
    })

    if (!restores)
      it('says of each of its archive verbs that it only writes', async () => {
        const { archives } = fixture.crane
        if (archives === undefined) return
        await ready()
        const point = await lift(nextRef())
        const refused = { code: 'STORE.WRITE_ONLY' }
        await expect(collect(archives.list(fixture.store, unaborted()))).rejects.toMatchObject(refused)
        await expect(archives.lower(point, fixture.store, fixture.source, unaborted())).rejects.toMatchObject(refused)
        await expect(archives.remove([point], fixture.store, unaborted())).rejects.toMatchObject(refused)
      })

    if (!restores) return

    it('what was lifted can be listed, checked and lowered', async () => {
      const { archives } = fixture.crane
      if (archives === undefined || fixture.destination === undefined || fixture.compare === undefined)
        throw new Error('the fixture of a crane that restores has archives, destination and compare')
      await ready()
      const point = await lift(nextRef())
      const points = await collect(archives.list(fixture.store, unaborted()))
      expect(points).toHaveLength(1)
      expect(points[0]).toMatchObject({ id: point.id, target: point.target, store: point.store, state: 'good' })
      await archives.check?.(point, fixture.store, unaborted())
      const destination = await fixture.destination()
      await archives.lower(point, fixture.store, destination, unaborted())
      await fixture.compare(fixture.source, destination)
    })

    it('lists newest last and removes what it is told, twice', async () => {
      const archives = must(fixture.crane.archives)
      await ready()
      const first = await lift(nextRef())
      const second = await lift({ ...nextRef(), at: '2026-11-22T08:00:00.000Z' })
      expect(await listed(archives)).toEqual([first.id, second.id])
      await archives.remove([first], fixture.store, unaborted())
      await archives.remove([first], fixture.store, unaborted())
      expect(await listed(archives)).toEqual([second.id])
    })

    it('tells nobody of the archive of a warm lift, and withdraws it', async () => {
      const archives = must(fixture.crane.archives)
      await ready()
      const warm = { ...nextRef(), warm: true } as const
      await fixture.crane.lift(warm, fixture.source, unaborted())
      expect(await listed(archives)).toEqual([])
      const kept = await lift(nextRef())
      await fixture.again().archives?.withdraw(warm, unaborted())
      expect(await listed(archives)).toEqual([kept.id])
      await archives.check?.(kept, fixture.store, unaborted())
      expect(await fixture.leftovers()).toEqual([])
    })

    it('withdraw removes the archive of that lift alone, twice, in another process', async () => {
      const archives = must(fixture.again().archives)
      await ready()
      const kept = await lift(nextRef())
      const ref = nextRef()
      await lift(ref)
      await archives.withdraw(ref, unaborted())
      await archives.withdraw(ref, unaborted())
      await archives.withdraw(nextRef(), unaborted())
      expect(await listed(archives)).toEqual([kept.id])
    })
  })
}

function must(archives: ArchiveStore | undefined): ArchiveStore {
  if (archives === undefined) throw new Error('a crane that restores has archives')
  return archives
}
