import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import type { DockerEngine } from '../../src/engine.ts'
import { calm, DOCKER } from '../bench.ts'
import type { Yard } from '../crane-yard.ts'
import { crane2Settings, craneYard, liftRef } from '../crane-yard.ts'
import { listed, STORE } from '../crane2-words.ts'

/** Where something may be left; between these every verb does the same. */
const VERBS = {
  lift: ['createContainer', 'putArchive', 'startContainer', 'inspectContainer', 'readFile', 'removeContainer'],
  lower: ['createContainer', 'putArchive', 'startContainer', 'removeContainer'],
  list: ['createContainer', 'startContainer', 'readFile', 'removeContainer'],
  check: ['startContainer'],
  remove: ['startContainer', 'removeContainer'],
  withdraw: ['createContainer', 'startContainer', 'removeContainer'],
} as const satisfies Record<string, readonly (keyof DockerEngine)[]>

const POINTS = Object.entries(VERBS).flatMap(([verb, calls]) =>
  calls.flatMap((call) => (['before', 'during', 'after'] as const).map((moment) => ({ verb, call, moment }))),
)

describe.skipIf(!DOCKER)('the process is killed in the middle of an action of version 2', () => {
  let on: Yard
  beforeAll(async () => {
    on = await craneYard()
  }, 120_000)
  afterEach(() => on.clean(), 60_000)
  afterAll(() => on[Symbol.asyncDispose](), 60_000)

  test.each(POINTS)('$verb, $moment $call: recovery leaves nothing of it', async ({ verb, call, moment }) => {
    const source = await on.volume('data1', { a: '1' })
    const destination = await on.volume('new')
    await on.crane2().preflight(STORE, [source], { ...calm(), init: true })
    const { point } = await on.crane2().lift(liftRef('data1'), source, calm())
    const ref = liftRef('data1')
    const settings = crane2Settings({ env: { CRANE_HANG_AT: verb === 'remove' ? 'forget' : verb, CRANE_SLEEP: '0.3' } })
    const cranes = { c: settings }
    const kill = { call, moment }
    if (verb === 'withdraw') await on.crane2().lift(ref, source, calm())
    const [file, work] =
      verb === 'lift'
        ? ['crane-child.ts', { ref, source, cranes, kill }]
        : ['crane-task-child.ts', { verb, ref, point, destination, cranes, kill }]
    const child = spawn(process.execPath, [join(import.meta.dirname, file), on.dockerd.host, JSON.stringify(work)], {
      stdio: ['ignore', 'ignore', 'inherit'],
    })
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL'])

    // What recovery does: it sweeps, and for the lifts of the journal it clears up and withdraws.
    const crane = on.crane2()
    if (verb === 'lift' || verb === 'withdraw') {
      await crane.sweep(calm())
      await crane.clear(ref, calm())
      await crane.archives?.withdraw(ref, calm())
    } else await swept()
    expect(await on.vessels()).toEqual([])
    expect((await listed(on.crane2())).map(({ id }) => id)).toEqual(verb === 'remove' ? expect.any(Array) : [point.id])
    expect((await on.cli('volume', 'ls', '--format={{.Name}}')).split('\n')).toEqual(['data1', 'new', 'store'])
    expect(await on.read('data1', 'a')).toBe('1')
  })

  /** A container that the engine was asked for may come a moment after its process died; the next sweep finds it. */
  async function swept(): Promise<void> {
    for (let round = 0; round < 2; round += 1) {
      await on.crane2().sweep(calm())
      await sleep(300)
    }
    await on.crane2().sweep(calm())
  }

  test('a sweep leaves alone what a living process waits for', async () => {
    const source = await on.volume('data1', { a: '1' })
    await on.crane2().preflight(STORE, [source], { ...calm(), init: true })
    const { archives } = on.crane2({ env: { CRANE_HANG_AT: 'list', CRANE_SLEEP: '1.5' } })
    const listing = Array.fromAsync(archives?.list(STORE, calm()) ?? [])
    while ((await on.vessels()).length === 0) await sleep(20)
    await on.crane2().sweep(calm())
    expect(await on.vessels()).toHaveLength(1)
    expect(await listing).toEqual([])
  })
})
