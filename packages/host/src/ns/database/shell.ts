import { SalvageError } from '@salvage-kit/core'
import type { CallOptions } from '@salvage-kit/core'
import { databaseShell } from '@salvage-kit/k8s'
import type { Cluster, DumpPlace, ExecSession, TerminalSize } from '@salvage-kit/k8s'

/** What a shell takes. */
export interface ShellOptions extends CallOptions {
  /** That of this process; absent: input and output are pipes. */
  readonly terminal?: TerminalSize
}

/**
 * Starts the interactive client of a database in its container. What is told to it here stands in no command line. Rejects with
 * `EXEC.…` and `K8S.…`.
 */
export async function openShell(
  cluster: Pick<Cluster, 'exec'>,
  place: DumpPlace,
  { signal, terminal }: ShellOptions,
): Promise<ExecSession> {
  signal.throwIfAborted()
  const { namespace, pod, container } = place.where
  const command = databaseShell(place)
  if (command.length === 0) throw new SalvageError('EXEC.FAILED', 'nothing to run')
  const request = { namespace, pod, container, command, stdin: true }
  return cluster.exec(terminal === undefined ? request : { ...request, terminal }, { signal })
}
