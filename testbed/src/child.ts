import { spawn } from 'node:child_process'

const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs a program on this terminal and resolves with its exit code. Signals to this process go to the program, so that
 * what the caller has to take down afterwards is taken down.
 */
export async function child(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>()
  const running = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...env } })
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
