import type { CallOptions } from '../../src/call-options.ts'
import { volumeOf } from '../../src/memory/platform.ts'
import { perform } from '../../src/run/perform.ts'
import type { Performance } from '../../src/run/perform.ts'
import { never } from './world.ts'
import type { World } from './world.ts'

export const RUN: string = '20261121t080000z-c0ffee'
export const OTHER: string = '20261121t080000z-decade'
export const options: CallOptions = { signal: never }

/** What stands in the volume. */
export function contentOf(there: World): string | undefined {
  return volumeOf(there.platform, 'db').get('file')
}

/** Replaces the content of `db` in two steps, each of which shows. */
export function replacing(there: World, given: Partial<Performance<string>> = {}): Performance<string> {
  return {
    runId: RUN,
    verb: 'replace',
    target: 'memory:db',
    keys: ['memory:db'],
    effect: { id: 'memory.replace', token: { volume: 'db', files: { file: 'db content' } } },
    work: async () => {
      volumeOf(there.platform, 'db').set('file', 'half')
      await Promise.resolve()
      volumeOf(there.platform, 'db').set('file', 'new')
      return 'result'
    },
    ...given,
  }
}

/** A process that died in the middle of the verb. */
export async function died(there: World, given: Partial<Performance<string>> = {}): Promise<void> {
  const entered = Promise.withResolvers<void>()
  const work = async (): Promise<never> => {
    volumeOf(there.platform, 'db').set('file', 'half')
    entered.resolve()
    return new Promise<never>(() => undefined)
  }
  void perform(there.rig, replacing(there, { work, ...given }), options)
  await entered.promise
  there.rig.locks.kill(given.runId ?? RUN)
}
