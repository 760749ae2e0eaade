import type { CallOptions } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { ROOT } from './keys.ts'

/** Labels are given to a container when it is made, and go with it. */
const ACTIONS = ['create', 'destroy', 'rename']

/**
 * Tells whenever the labels that define tides may have changed: `ready` when the subscription stands, then `changed` for
 * each root container that comes, goes or gets another name. Ends by the signal alone; throws when the connection breaks.
 */
export async function* watchRoot(
  engine: DockerEngine,
  { signal }: CallOptions,
): AsyncGenerator<'ready' | 'changed', void, void> {
  const events = await engine.events({ actions: ACTIONS }, { signal })
  yield 'ready'
  for await (const { attributes } of events) if (attributes[ROOT] !== undefined) yield 'changed'
}
