import { spawn } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs a program on this terminal, or with its output in a file, and resolves with its exit code. Signals to this process
 * go to the program, so that what the caller has to take down afterwards is taken down.
 */
export async function child(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  output?: string,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const into = output === undefined ? undefined : openSync(output, 'a')
  const stdio = into === undefined ? 'inherit' : (['ignore', into, into] as const)
  const running = spawn(file, args, {
    stdio: stdio === 'inherit' ? stdio : [...stdio],
    env: { ...process.env, ...env },
  })
  if (into !== undefined) closeSync(into)
  const forward = (signal: NodeJS.Signals): void => {
    running.kill(signal)
  }
  for (const signal of FORWARDED) process.on(signal, forward)
  running.on('error', reject)
  running.on('close', (code) => resolve(code ?? 1))
  try {
    return await promise
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward)
  }
}
