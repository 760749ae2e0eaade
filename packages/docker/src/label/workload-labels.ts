import { didYouMean, parseDuration, parseExitCodes, SalvageError, splitCommandLine } from '@salvage-kit/core'
import type { QuiesceChoice } from '@salvage-kit/core'
import type { ExecSettings } from '../quiesce/settings.ts'
import { EXEC, PAUSE, STOP } from '../quiesce/settings.ts'
import { ACTION, COMMAND_TIMEOUT, COMMAND_USER, EXIT_CODES, HEALTH_TIMEOUT, POST, PRE, USER } from './keys.ts'
import type { Labels } from './keys.ts'

const ACTIONS = ['ignore', 'stop', 'pause'] as const
type Action = (typeof ACTIONS)[number]

/**
 * How a container comes to rest, as its labels say; empty: not at all (`salvage.action=ignore` without commands).
 *
 * Without `salvage.action` a container is stopped, unless it has a pre command: that then is what brings it to rest. A
 * post command alone changes nothing of that: the container is stopped, and after its start the command runs. Commands
 * that stand beside `stop` or `pause` run while it is up: pre before, post after.
 *
 * Throws `LABEL.ACTION`, `LABEL.COMMAND`, `LABEL.EXIT_CODES` and `DURATION.INVALID`, each naming the container and the label.
 */
export function quiesceChoices(labels: Labels, container: string): readonly QuiesceChoice[] {
  const pre = at(container, PRE, () => command(labels[PRE]))
  const post = at(container, POST, () => command(labels[POST]))
  // Checked also where no command stands: a label that says nothing sensible is a mistake that will matter later.
  const exitCodes = labels[EXIT_CODES]
  if (exitCodes !== undefined) at(container, EXIT_CODES, () => parseExitCodes(exitCodes))
  const timeoutMs = at(container, COMMAND_TIMEOUT, () => durationOf(labels[COMMAND_TIMEOUT], 1))
  at(container, HEALTH_TIMEOUT, () => durationOf(labels[HEALTH_TIMEOUT], 0))
  const action = at(container, ACTION, () => actionOf(labels[ACTION])) ?? (pre === undefined ? 'stop' : 'ignore')
  const rest: readonly QuiesceChoice[] =
    action === 'ignore' ? [] : [{ quiescer: action === 'stop' ? STOP : PAUSE, settings: {} }]
  if (pre === undefined && post === undefined) return rest
  const user = [labels[COMMAND_USER], labels[USER]].find((name) => name !== undefined && name !== '')
  const settings: ExecSettings = {
    ...(pre === undefined ? {} : { pre }),
    ...(post === undefined ? {} : { post }),
    ...(user === undefined ? {} : { user }),
    ...(exitCodes === undefined ? {} : { exitCodes }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    alone: action === 'ignore',
  }
  return [{ quiescer: EXEC, settings: { ...settings } }, ...rest]
}

function actionOf(text: string | undefined): Action | undefined {
  if (text === undefined) return undefined
  const action = ACTIONS.find((one) => one === text)
  if (action !== undefined) return action
  throw new SalvageError('LABEL.ACTION', `${JSON.stringify(text)} is no action`, {
    why: `the actions are ${ACTIONS.join(', ')}`,
    hint: didYouMean(text, ACTIONS) ?? `write ${ACTION}=stop, pause or ignore`,
  })
}

function durationOf(text: string | undefined, atLeastMs: number): number | undefined {
  if (text === undefined) return undefined
  const ms = parseDuration(text)
  if (ms >= atLeastMs) return ms
  throw new SalvageError('DURATION.INVALID', `${JSON.stringify(text)} is too short`, {
    hint: 'write it like 90s or 10m',
  })
}

function command(text: string | undefined): readonly string[] | undefined {
  return text === undefined ? undefined : splitCommandLine(text)
}

/** Says where a label stands that cannot be read. */
function at<T>(container: string, key: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof SalvageError)) throw error
    const { code, message, why, hint } = error
    throw new SalvageError(code, `container ${container}, label ${key}: ${message}`, {
      ...(why === undefined ? {} : { why }),
      ...(hint === undefined ? {} : { hint }),
      cause: error,
    })
  }
}
