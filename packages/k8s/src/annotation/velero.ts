import type { HookSettings } from '../quiesce/settings.ts'
import type { Annotations } from './key.ts'
import { VELERO } from './key.ts'
import { commandAt, durationAt, wordAt, wrong } from './value.ts'

/** As Velero's. */
const TIMEOUT_MS = 30_000

/**
 * The hooks of Velero as settings of our own; undefined where none stands. `command` is split as ours, and no shell is added;
 * `on-error: Continue` of the pre hook makes its end not matter. Throws `ANNOTATION.VALUE`.
 */
export function veleroHooks(annotations: Annotations, where: string): HookSettings | undefined {
  const pre = commandAt(annotations, key('pre', 'command'), where)
  const post = commandAt(annotations, key('post', 'command'), where)
  if (pre === undefined && post === undefined) return undefined
  if (pre === undefined)
    throw wrong(where, key('post', 'command'), 'nothing was brought to rest before it', 'write a pre hook too')
  const containers = [annotations[key('pre', 'container')], annotations[key('post', 'container')]]
  const [container, other] = containers.filter((one) => one !== undefined)
  if (other !== undefined && other !== container)
    throw wrong(where, key('post', 'container'), 'it is not that of the pre hook', 'name one container for both')
  const limits = (['pre', 'post'] as const).map(
    (phase) => durationAt(annotations, key(phase, 'timeout'), where) ?? TIMEOUT_MS,
  )
  const onError = wordAt(annotations, key('pre', 'on-error'), where, ['Fail', 'Continue'])
  wordAt(annotations, key('post', 'on-error'), where, ['Fail', 'Continue'])
  return {
    pre,
    ...(post === undefined ? {} : { post }),
    ...(container === undefined ? {} : { container }),
    timeoutMs: Math.max(...limits),
    ...(onError === 'Continue' ? { tolerant: true } : {}),
  }
}

function key(phase: keyof typeof VELERO, setting: string): string {
  return VELERO[phase] + setting
}
