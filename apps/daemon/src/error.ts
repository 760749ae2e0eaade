import { formatDuration, SalvageError } from '@salvage-kit/core'

/** `DAEMON.RUNNING`: there is one already. */
export function alreadyRunning(where: string, cause?: unknown): SalvageError {
  return new SalvageError('DAEMON.RUNNING', `a daemon runs already: ${where}`, {
    why: 'two of them would run each tide twice',
    hint: 'stop that one, or give this one another state directory and another socket',
    cause,
  })
}

/** `DAEMON.SOCKET`: it cannot be made, or something else stands there. */
export function badSocket(path: string, why: string, cause?: unknown): SalvageError {
  return new SalvageError('DAEMON.SOCKET', `the socket ${path} cannot be made`, {
    why,
    hint: 'name another place under daemon: socket: in the configuration',
    cause,
  })
}

/** `DAEMON.AWAY`: nobody answers. */
export function away(path: string, cause?: unknown): SalvageError {
  return new SalvageError('DAEMON.AWAY', `no daemon answers at ${path}`, {
    hint: 'start it with salvage-kit daemon, or run the tide here with salvage-kit run --tide NAME',
    retryable: true,
    cause,
  })
}

/** `DAEMON.SILENT`: somebody listens and does not answer. */
export function silent(path: string, patienceMs: number): SalvageError {
  return new SalvageError(
    'DAEMON.SILENT',
    `the daemon at ${path} does not answer within ${formatDuration(patienceMs)}`,
    {
      why: 'its process is stopped, or hangs',
      hint: 'look at the process; when it is killed, what it had brought to rest is put back with the next start',
      retryable: true,
    },
  )
}

/** `DAEMON.BUSY`: the tide is at work. */
export function atWork(tide: string, runId: string): SalvageError {
  return new SalvageError('DAEMON.BUSY', `tide ${tide} is at work already, run ${runId}`, {
    why: 'a tide runs once at a time',
    hint: 'wait until that run is over; salvage-kit status shows it',
    retryable: true,
  })
}

/** `DAEMON.STOPPING`: no more work is taken. */
export function stopping(): SalvageError {
  return new SalvageError('DAEMON.STOPPING', 'the daemon is stopping and takes no more work', { retryable: true })
}
