import type { ForeignContainer } from '../foreign.ts'

/** The commands around a backup, as far as they can be said here. */
export interface StackBackHooks {
  readonly pre?: string
  readonly post?: string
  readonly notes: readonly string[]
}

interface Hook {
  readonly stage: string
  readonly order: number
  readonly command: string
  readonly context: string | undefined
  readonly goesOn: boolean
}

/**
 * Reads `stack-back.hooks.STAGE.N.cmd`. They run in the order of N with a shell; several become one text for one shell.
 * What runs in another container, or only after a failure, is a note.
 */
export function stackBackHooks(container: ForeignContainer): StackBackHooks {
  const hooks = hooksOf(container)
  const own = hooks.filter(
    ({ context }) => context === undefined || context === container.labels['com.docker.compose.service'],
  )
  const notes = hooks
    .filter((hook) => !own.includes(hook))
    .map(
      ({ stage, order, context }) =>
        `${container.name}: hook ${stage}.${String(order)} runs in ${context ?? ''}: put it into the labels there`,
    )
  const pre = asOne(own.filter(({ stage }) => stage === 'pre'))
  const after = own.filter(({ stage }) => stage === 'post' || stage === 'finally')
  const post = asOne(after)
  if (own.some(({ stage }) => stage === 'error'))
    notes.push(
      `${container.name}: hooks for a failed backup have no equal: a post command runs in any case, see also reports:`,
    )
  if (after.some(({ stage }) => stage === 'post'))
    notes.push(`${container.name}: its post hooks ran after a good backup only; here they run in any case`)
  const quoted = [pre, post].some((text) => text?.includes("'"))
  if (quoted)
    notes.push(`${container.name}: a hook with quotes in it is not repeated: put it into a script and name that`)
  return {
    ...(pre === undefined || pre.includes("'") ? {} : { pre: `sh -c '${pre}'` }),
    ...(post === undefined || post.includes("'") ? {} : { post: `sh -c '${post}'` }),
    notes,
  }
}

function hooksOf({ labels }: ForeignContainer): readonly Hook[] {
  return Object.entries(labels)
    .flatMap(([key, command]): readonly Hook[] => {
      const [, stage, order] = /^stack-back\.hooks\.(pre|post|error|finally)\.(\d+)\.cmd$/.exec(key) ?? []
      if (stage === undefined || order === undefined || command === '') return []
      const start = `stack-back.hooks.${stage}.${order}`
      const goesOn = labels[`${start}.on-error`] === 'continue'
      return [{ stage, order: Number(order), command, context: labels[`${start}.context`], goesOn }]
    })
    .toSorted((a, b) => a.order - b.order)
}

/** One text for a shell that ends with the first failure, but for those that may fail. */
function asOne(hooks: readonly Hook[]): string | undefined {
  const [first] = hooks
  if (first === undefined) return undefined
  if (hooks.length === 1 && !first.goesOn) return first.command
  return hooks.map(({ command, goesOn }) => (goesOn ? `{ { ${command}; } || true; }` : `{ ${command}; }`)).join(' && ')
}
