import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { stripVTControlCharacters } from 'node:util'

/** The built command line; with `SALVAGE_TEST_BUNDLE=1` the bundle that is made of it, as people start it. */
export const MAIN: string = fileURLToPath(
  new URL(process.env['SALVAGE_TEST_BUNDLE'] === '1' ? '../dist/bundle/main.js' : '../dist/main.js', import.meta.url),
)

/** How a command ended. */
export interface Ended {
  /** The exit code; 128 and the signal's number stand for nothing here: a signal gives -1. */
  readonly code: number
  readonly out: string
  readonly err: string
}

/** A command that runs. */
export interface Running {
  readonly child: ChildProcess
  readonly ended: Promise<Ended>
}

/** Starts commands of one machine: one working directory, one state; of another build when its main file is given. */
export function salvageKit(
  directory: string,
  variables: Readonly<Record<string, string>> = {},
  main: string = MAIN,
): (...args: readonly string[]) => Running {
  const { NO_COLOR: _color, ...inherited } = process.env
  return (...args) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
      cwd: directory,
      env: { ...inherited, SALVAGE_STATE: `${directory}/state`, ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
    child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
    const { promise, resolve, reject } = Promise.withResolvers<Ended>()
    child.on('error', reject)
    child.on('close', (code) => resolve({ code: code ?? -1, out, err: stripVTControlCharacters(err) }))
    return { child, ended: promise }
  }
}

/** The events of `--json`, one a line. */
export function eventsOf(out: string): readonly { readonly type: string; readonly [member: string]: unknown }[] {
  return out
    .split('\n')
    .filter(Boolean)
    .map((line): { readonly type: string } => JSON.parse(line))
}
