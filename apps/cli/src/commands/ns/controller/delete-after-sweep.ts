import type { Invocation } from '../../../invocation.ts'
import { executePasses } from '../retain.ts'
import type { RetainCommandOptions } from '../retain.ts'

/** Removes what was marked before today. Exit codes as those of `ns retain`. */
export async function execute(invocation: Invocation<RetainCommandOptions>): Promise<number> {
  return executePasses(invocation, ['sweep'])
}
