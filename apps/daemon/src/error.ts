import { SalvageError } from '@salvage-kit/core'

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
