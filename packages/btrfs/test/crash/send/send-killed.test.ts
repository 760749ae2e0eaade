import { randomBytes } from 'node:crypto'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { part } from '@salvage-kit/testbed'
import { sendSnapshot } from '../../../src/send/send-snapshot.ts'
import { listSubvolumes } from '../../../src/subvolume/list-subvolumes.ts'
import { receivers, runningFor } from '../../integration/send/running-for.ts'
import { HOST, twoMachines } from '../../integration/send/two-machines.ts'
import { fraction, waitingChild } from './waiting-child.ts'

const KILLS = 45
const MEGABYTES = 4
const seed = Number(process.env['SALVAGE_SEED'] ?? Date.now() % 1_000_000)
const { signal } = new AbortController()
const script = join(import.meta.dirname, 'send-child.ts')
const isThere = part('btrfs').available && part('sshd').available

describe.skipIf(!isThere)('a send that is killed', () => {
  test(`leaves nothing that could be taken for whole, and the next one goes on: ${String(KILLS)} kills, seed ${String(seed)}`, async () => {
    await using machines = await twoMachines()
    const { cut, request, namesHere, namesThere, incoming, there, here, sshd, volume, differences } = machines
    let next = waitingChild(script)
    const run = async (name: string, afterMs: number, by?: () => Promise<void>): Promise<number | null> => {
      const child = next
      next = waitingChild(script)
      return child.go(request(name), { afterMs, by: by ?? child.kill })
    }
    try {
      await cut('v@000', 1)
      const begun = performance.now()
      expect(await run('v@000', 60_000)).toBe(0)
      const wholeMs = performance.now() - begun
      let unfinished = 0
      for (let kill = 1; kill <= KILLS; kill++) {
        const name = `v@${String(kill).padStart(3, '0')}`
        await writeFile(join(volume, 'data'), randomBytes(MEGABYTES * 1024 * 1024))
        await cut(name)
        // The far machine dies with everything that runs there; or this process does.
        const crash = async (): Promise<void> => sshd.stop()
        await run(name, wholeMs * 1.1 * fraction(seed, kill), kill % 4 === 0 ? crash : undefined)
        await expect.poll(async () => runningFor(here, sshd.configFile), { timeout: 5000 }).toEqual([])
        await sshd.start()
        // What had all of the stream may name it yet.
        await expect
          .poll(async () => [...(await receivers()), ...(await runningFor(there))], { timeout: 20_000 })
          .toEqual([])

        const own = await listSubvolumes(here, { signal, readOnly: true })
        const copies = await listSubvolumes(there, { signal, readOnly: true })
        const names = await namesThere()
        expect(copies.map((copy) => copy.name).toSorted()).toEqual(names)
        for (const copy of copies)
          expect(own.find((one) => one.name === copy.name)?.uuid, copy.name).toBe(copy.receivedUuid)
        expect(names.slice(0, kill)).toHaveLength(kill)
        if (!names.includes(name)) unfinished += 1

        const sent = await sendSnapshot(request(name), { signal })
        expect(sent).toMatchObject({ already: names.includes(name), findings: [] })
        if (!sent.already) expect(sent.parent).toBe(join(here, `v@${String(kill - 1).padStart(3, '0')}`))
        expect(await incoming()).toEqual([])
        expect((await namesHere()).filter((one) => one.endsWith(HOST))).toEqual([`${name}@${HOST}`])
      }
      // Else the kills did not fall where something can go wrong.
      expect(unfinished).toBeGreaterThan(KILLS / 4)
      for (const name of await namesThere()) expect(await differences(name)).toBe('')
    } finally {
      next.kill()
    }
  })
})
