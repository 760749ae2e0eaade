import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Provisioner } from '../target/provisioner.ts'
import type { TargetRef } from '../target/reference.ts'
import type { Source } from '../target/source.ts'
import { aborted, overJournal, unaborted } from './contract-calls.ts'

/** A provisioner and a name that is free. Made anew for each case. */
export interface ProvisionerFixture extends AsyncDisposable {
  readonly provisioner: Provisioner
  again(): Provisioner
  /** Nothing stands there. */
  readonly free: TargetRef
  /** Something that is not empty stands there. */
  readonly occupied: TargetRef
  exists(ref: TargetRef): Promise<boolean>
  /** Writes something into the place. */
  fill(source: Source): Promise<void>
}

/** What every provisioner promises. */
export function provisionerContract(name: string, setup: () => Promise<ProvisionerFixture>): void {
  describe(`provisioner contract: ${name}`, () => {
    let fixture: ProvisionerFixture
    const runId = '20261121t080000z-c0ffee'
    beforeEach(async () => {
      fixture = await setup()
    })
    afterEach(async () => {
      await fixture[Symbol.asyncDispose]()
    })

    it('prepare changes nothing', async () => {
      const token = await fixture.provisioner.prepare(fixture.free, runId, unaborted())
      expect(overJournal(token)).toEqual(token)
      expect(await fixture.exists(fixture.free)).toBe(false)
    })

    it('refuses an occupied place', async () => {
      await expect(fixture.provisioner.prepare(fixture.occupied, runId, unaborted())).rejects.toMatchObject({
        code: 'RESTORE.OCCUPIED',
      })
      expect(await fixture.exists(fixture.occupied)).toBe(true)
    })

    it('creates, twice the same', async () => {
      const token = overJournal(await fixture.provisioner.prepare(fixture.free, runId, unaborted()))
      const first = await fixture.provisioner.create(token, unaborted())
      expect(await fixture.again().create(token, unaborted())).toEqual(first)
      expect(await fixture.exists(fixture.free)).toBe(true)
    })

    it('removes what it made, filled or not, twice, in another process', async () => {
      const token = overJournal(await fixture.provisioner.prepare(fixture.free, runId, unaborted()))
      await fixture.provisioner.remove(token, unaborted())
      await fixture.fill(await fixture.provisioner.create(token, unaborted()))
      await fixture.again().remove(token, unaborted())
      await fixture.again().remove(token, unaborted())
      expect(await fixture.exists(fixture.free)).toBe(false)
    })

    it('touches nothing after an abort', async () => {
      const token = await fixture.provisioner.prepare(fixture.free, runId, unaborted())
      await expect(fixture.provisioner.create(token, aborted())).rejects.toThrow()
      expect(await fixture.exists(fixture.free)).toBe(false)
    })
  })
}
