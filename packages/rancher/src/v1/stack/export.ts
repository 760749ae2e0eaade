import { findingOf, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding, TargetRef } from '@salvage-kit/core'
import type { Cattle } from '../client/cattle.ts'
import { ComposeConfig } from '../client/schema.ts'
import type { Stack } from '../client/schema.ts'
import type { Environment } from '../discovery/environments.ts'
import { stackRef } from '../discovery/reference.ts'

/** What became of one stack. */
export interface StackExport {
  readonly ref: TargetRef
  readonly name: string
  /** As the server wrote them: CRLF at the ends of lines, each `$` twice. They hold environments, so secrets. */
  readonly files?: { readonly 'docker-compose.yml': string; readonly 'rancher-compose.yml': string }
  /** Why there are no files. */
  readonly finding?: Finding
  /** The stack is of a kind, or in a state, that has no export: nothing failed. */
  readonly left?: true
}

/**
 * Exports each stack, one after the other: it is the server that works. What fails is told with its stack, and the
 * others go on. Rejects only with the reason of the signal.
 */
export async function exportStacks(
  api: Cattle,
  { prefix }: Environment,
  stacks: readonly Stack[],
  { signal }: CallOptions,
): Promise<readonly StackExport[]> {
  const exported: StackExport[] = []
  for (const stack of stacks) {
    signal.throwIfAborted()
    const ref = stackRef({ stack: stack.name, ...(prefix === undefined ? {} : { environment: prefix }) })
    const base = { ref, name: stack.name }
    const none = noExport(ref, stack)
    if (none !== undefined) {
      exported.push({ ...base, finding: none, left: true })
      continue
    }
    const link = stack.actions['exportconfig'] ?? ''
    try {
      const { dockerComposeConfig, rancherComposeConfig } = await api.act(link, ComposeConfig, { signal })
      const files = { 'docker-compose.yml': dockerComposeConfig, 'rancher-compose.yml': rancherComposeConfig }
      exported.push({ ...base, files })
    } catch (error) {
      signal.throwIfAborted()
      exported.push({ ...base, finding: findingOf(error) })
    }
  }
  return exported
}

/** Why a stack has no export; undefined when it has one. */
export function noExport(ref: TargetRef, { type, state, actions }: Stack): Finding | undefined {
  if (type === 'stack' && actions['exportconfig'] !== undefined) return undefined
  const why = type === 'stack' ? `Rancher offers no export of it in state "${state}" to this key` : `it is a ${type}`
  return findingOf(new SalvageError('RANCHER.NO_EXPORT', `${ref} was not exported`, { why }))
}
