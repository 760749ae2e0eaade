import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Snapshotter } from '../snapshot/snapshotter.ts'
import type { SnapshotRef } from '../snapshot/snapshot-ref.ts'
import type { Source } from '../target/source.ts'
import { aborted, unaborted } from './contract-calls.ts'

/** A live source with content and the snapshotter that is looked at. Made anew for each case. */
export interface SnapshotterFixture extends AsyncDisposable {
  readonly snapshotter: Snapshotter
  again(): Snapshotter
  readonly source: Source
  /** Changes the live source. */
  write(text: string): Promise<void>
  /** The content of a live or exposed source. */
  read(source: Source): Promise<string>
  /** Snapshots and exposures that stand. Empty when clean. */
  leftovers(): Promise<readonly string[]>
}

/** What every snapshotter promises. */
export function snapshotterContract(name: string, setup: () => Promise<SnapshotterFixture>): void {
  describe(`snapshotter contract: ${name}`, () => {
    let fixture: SnapshotterFixture
    const makeRef = async (): Promise<SnapshotRef> => {
      const support = await fixture.snapshotter.probe(fixture.source, unaborted())
      if (!support.supported) throw new Error(`the fixture's source cannot be cut: ${support.why}`)
      const runId = '20261121t080000z-c0ffee'
      return { id: `${runId}-s1`, runId, target: 'dir:/srv/contract', source: fixture.source, token: support.token }
    }
    beforeEach(async () => {
      fixture = await setup()
    })
    afterEach(async () => {
      await fixture[Symbol.asyncDispose]()
    })

    it('exposes the point in time, whatever is written later', async () => {
      await fixture.write('before')
      const ref = await makeRef()
      await fixture.snapshotter.take(ref, unaborted())
      await fixture.write('after')
      const exposed = await fixture.snapshotter.expose(ref, unaborted())
      expect(await fixture.read(exposed)).toBe('before')
      expect(await fixture.again().expose(ref, unaborted())).toEqual(exposed)
      expect(await fixture.read(fixture.source)).toBe('after')
    })

    it('conceal keeps the snapshot, drop removes it, both twice', async () => {
      await fixture.write('before')
      const ref = await makeRef()
      await fixture.snapshotter.take(ref, unaborted())
      await fixture.snapshotter.expose(ref, unaborted())
      await fixture.again().conceal(ref, unaborted())
      await fixture.again().conceal(ref, unaborted())
      await fixture.write('after')
      expect(await fixture.read(await fixture.snapshotter.expose(ref, unaborted()))).toBe('before')
      await fixture.again().drop(ref, unaborted())
      await fixture.again().drop(ref, unaborted())
      expect(await fixture.leftovers()).toEqual([])
    })

    it('drop works when nothing was taken, and an aborted take leaves nothing', async () => {
      const ref = await makeRef()
      await expect(fixture.snapshotter.take(ref, aborted())).rejects.toThrow()
      await fixture.again().drop(ref, unaborted())
      expect(await fixture.leftovers()).toEqual([])
    })
  })
}
