import { writeFile } from 'node:fs/promises'
import { SalvageError } from '@salvage-kit/core'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { replicateWith } from '../../src/schedule/jobs.ts'
import { HOUR, makeMachine, MINUTE } from './machine.ts'
import type { Machine } from './machine.ts'

let machine: Machine

beforeEach(async () => {
  machine = await makeMachine()
})

afterEach(async () => {
  await machine[Symbol.asyncDispose]()
})

describe('replication', () => {
  test('sends what an earlier attempt took, and then what is new', async () => {
    await writeFile(machine.schedulePath, 'v,replicate:h,60\n')
    const taken: string[] = []
    const sent: string[] = []
    let isUp = false
    const replicate = replicateWith({
      snapshot: async (volume) => {
        taken.push(`${volume}@${String(taken.length)}`)
        return taken.at(-1) ?? ''
      },
      send: async (_host, snapshot) => {
        if (!isUp) throw new SalvageError('SEND.UNREACHABLE', 'no answer')
        sent.push(snapshot)
      },
      exists: async (snapshot) => taken.includes(snapshot),
    })
    await machine.runFor(3 * HOUR, machine.jobs({ replicate }))
    // A restart does not forget it.
    await machine.runFor(HOUR, machine.jobs({ replicate }))
    expect([taken, sent]).toEqual([['v@0'], []])
    isUp = true
    await machine.runFor(2 * MINUTE, machine.jobs({ replicate }))
    expect([taken, sent]).toEqual([
      ['v@0', 'v@1'],
      ['v@0', 'v@1'],
    ])
    await machine.runFor(61 * MINUTE, machine.jobs({ replicate }))
    expect(sent).toEqual(['v@0', 'v@1', 'v@2'])
  })

  test('takes a new one when the one that waits is gone', async () => {
    const sent: string[] = []
    const replicate = replicateWith({
      snapshot: async () => 'new',
      send: async (_host, snapshot) => sent.push(snapshot),
      exists: async () => false,
    })
    const { signal } = new AbortController()
    await replicate('v', 'h', { signal, waiting: 'old', taken: () => undefined })
    expect(sent).toEqual(['new'])
  })
})
