import { spawn } from 'node:child_process'

/** How a command is run. */
export interface CommandOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** The command is ended after so many milliseconds; the default is ten minutes. */
  readonly timeoutMs?: number
}

/** Runs a program and resolves with its stdout; rejects with its last lines of output when it fails. */
export async function command(file: string, args: readonly string[], options: CommandOptions = {}): Promise<string> {
  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: options.timeoutMs ?? 600_000,
  })
  const out: string[] = []
  const all: string[] = []
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out.push(text)
    all.push(text)
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => all.push(text))
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  child.on('error', reject)
  child.on('close', (code, signal) => {
    if (code === 0) return resolve(out.join(''))
    const tail = all.join('').trim().split('\n').slice(-15).join('\n')
    reject(new Error(`${file} ${args.join(' ')}: ended with ${signal ?? `exit code ${String(code)}`}\n${tail}`))
  })
  return promise
}

/** Whether a program is there and ends well. */
export async function succeeds(file: string, args: readonly string[], options: CommandOptions = {}): Promise<boolean> {
  return command(file, args, options).then(
    () => true,
    () => false,
  )
}
