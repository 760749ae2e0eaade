import type { Invocation } from '../../../invocation.ts'
import { executePasses } from '../retain.ts'
import type { RetainCommandOptions } from '../retain.ts'

/** Marks what has lost its last tier, and unmarks what has one again. Exit codes as those of `ns retain`. */
export async function execute(invocation: Invocation<RetainCommandOptions>): Promise<number> {
  return executePasses(invocation, ['mark'])
}
