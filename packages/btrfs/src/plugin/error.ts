import { SalvageError } from '@salvage-kit/core'

/** `PLUGIN.RUNNING`: somebody listens there. */
export function alreadyRunning(path: string, cause?: unknown): SalvageError {
  return new SalvageError('PLUGIN.RUNNING', `a volume plugin runs already: it answers at ${path}`, {
    why: 'an engine asks one plugin at one socket',
    hint: 'stop that one first, be it salvage-kit or buttervolume',
    cause,
  })
}

/** `PLUGIN.SOCKET`: it cannot be made, or something else stands there. */
export function badSocket(path: string, why: string, cause?: unknown): SalvageError {
  return new SalvageError('PLUGIN.SOCKET', `the socket ${path} cannot be made`, {
    why,
    hint: 'run as root, or name another socket in the settings',
    cause,
  })
}

/** `PLUGIN.PLACE`: no volumes can be there. */
export function badPlace(path: string, why: string, cause?: unknown): SalvageError {
  return new SalvageError('PLUGIN.PLACE', `the volume plugin cannot keep volumes in ${path}`, {
    why,
    hint: 'mount a BTRFS file system there for writing, or name another directory in the settings, then start again',
    cause,
  })
}

/** `PLUGIN.REQUEST`: what was asked cannot be understood. */
export function badRequest(why: string, cause?: unknown): SalvageError {
  return new SalvageError('PLUGIN.REQUEST', 'the request cannot be understood', { why, cause, untouched: true })
}

/** `PLUGIN.SYSTEM`: the kernel refuses something, and no command told of it. */
export function systemFailure(cause: Error): SalvageError {
  return new SalvageError('PLUGIN.SYSTEM', 'the file system does not let this be done', {
    why: cause.message,
    hint: 'look at the file systems of the volumes and of /run, and into the log of the kernel',
    retryable: true,
    cause,
  })
}
