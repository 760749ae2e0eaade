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
  /** Another source that can be cut at one instant with the first; absent for snapshotters without `takeTogether`. */
  readonly beside?: { readonly source: Source; write(text: string): Promise<void> }
  /** It has `takeTogether`, but nothing here can be cut with the source, as `probe` says. */
  readonly alone?: true
  /** Snapshots and exposures that stand. Empty when clean. */
  leftovers(): Promise<readonly string[]>
}

/** What every snapshotter promises. */
export function snapshotterContract(name: string, setup: () => Promise<SnapshotterFixture>): void {
  describe(`snapshotter contract: ${name}`, () => {
    let fixture: SnapshotterFixture
    const makeRef = async (source = fixture.source, which = 's1'): Promise<SnapshotRef> => {
      const support = await fixture.snapshotter.probe(source, unaborted())
      if (!support.supported) throw new Error(`the fixture's source cannot be cut: ${support.why}`)
      const runId = '20261121t080000z-c0ffee'
      return { id: `${runId}-${which}`, runId, target: `dir:/srv/${which}`, source, token: support.token }
    }
    /** Two sources and the refs of one cut of both; undefined where the source is cut alone, which is looked at then. */
    const makePair = async (): Promise<readonly [SnapshotRef, SnapshotRef] | undefined> => {
      const { beside, snapshotter, source } = fixture
      if (beside === undefined) {
        expect(await snapshotter.probe(source, unaborted())).not.toHaveProperty('together')
        if (fixture.alone !== true) expect(snapshotter).not.toHaveProperty('takeTogether')
        return undefined
      }
      expect(typeof snapshotter.takeTogether).toBe('function')
      const said = [source, beside.source].map(async (one) => snapshotter.probe(one, unaborted()))
      const [one, two] = (await Promise.all(said)).map((support) => (support.supported ? support.together : undefined))
      expect(one).toBeDefined()
      expect(one).toBe(two)
      const together = '20261121t080000z-c0ffee-t1'
      const [first, second] = [await makeRef(), await makeRef(beside.source, 's2')]
      return [
        { ...first, together },
        { ...second, together },
      ]
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

    it('cuts several together: each is exposed and dropped for itself, in another process too', async () => {
      const pair = await makePair()
      if (pair === undefined) return
      const [first, second] = pair
      const write = async (text: string): Promise<void> => {
        await fixture.write(`one ${text}`)
        await fixture.beside?.write(`two ${text}`)
      }
      const shown = async (ref: SnapshotRef): Promise<string> =>
        fixture.read(await fixture.again().expose(ref, unaborted()))
      await write('before')
      await fixture.snapshotter.takeTogether?.([first, second], unaborted())
      await write('after')
      expect([await shown(first), await shown(second)]).toEqual(['one before', 'two before'])
      await fixture.again().drop(first, unaborted())
      await fixture.again().drop(first, unaborted())
      await fixture.again().conceal(second, unaborted())
      expect(await shown(second)).toBe('two before')
      await fixture.again().drop(second, unaborted())
      await fixture.again().drop(second, unaborted())
      expect(await fixture.leftovers()).toEqual([])
    })

    it('drops what was to be cut together and was not, and at once what was', async () => {
      const pair = await makePair()
      if (pair === undefined) return
      const drop = async (): Promise<void> => {
        await Promise.all(pair.map(async (ref) => fixture.again().drop(ref, unaborted())))
        expect(await fixture.leftovers()).toEqual([])
      }
      await expect(fixture.snapshotter.takeTogether?.(pair, aborted())).rejects.toThrow()
      await drop()
      await fixture.snapshotter.takeTogether?.(pair, unaborted())
      await drop()
    })

    it('drop works when nothing was taken, and an aborted take leaves nothing', async () => {
      const ref = await makeRef()
      await expect(fixture.snapshotter.take(ref, aborted())).rejects.toThrow()
      await fixture.again().drop(ref, unaborted())
      expect(await fixture.leftovers()).toEqual([])
    })
  })
}
