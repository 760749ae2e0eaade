import { isSalvageError, SalvageError } from '@salvage-kit/core'

const NO_PROGRAM = /executable file not found|no such file or directory|exec format error|not found in \$?PATH/i
const NOT_FOUND = 127
const NOT_EXECUTABLE = 126

/** `EXEC.NO_SHELL`, when that is what the failure of an exec means; the failure itself when not. */
export function startFailure(error: unknown, place: string, shell: string): unknown {
  if (!isSalvageError(error) || error.code !== 'EXEC.FAILED' || !NO_PROGRAM.test(error.why ?? '')) return error
  return noShell(place, shell, error)
}

/** Some runtimes tell a missing program by an exit code instead. */
export function meansNoShell(code: number): boolean {
  return code === NOT_FOUND || code === NOT_EXECUTABLE
}

/** `EXEC.NO_SHELL`. */
export function noShell(place: string, shell: string, cause?: unknown): SalvageError {
  return new SalvageError('EXEC.NO_SHELL', `there is no shell "${shell}" in ${place}`, {
    hint: 'Name a container of the pod that has one, or use scaling instead of a hook.',
    untouched: true,
    ...(cause === undefined ? {} : { cause }),
  })
}

/** `EXEC.NO_TOOL`. */
export function noTool(place: string, tool: string): SalvageError {
  return new SalvageError('EXEC.NO_TOOL', `there is no "${tool}" in ${place}`, {
    hint: 'Name a container of the pod that has it; coreutils and BusyBox do.',
    untouched: true,
  })
}
