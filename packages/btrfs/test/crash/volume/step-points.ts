import childProcess from 'node:child_process'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { SHELL_NAME } from '../../../src/command/waiting-shell.ts'

/**
 * Calls `point` before and after each rename and each change of a directory, and before, right after the start of, and after
 * each command that this process runs from now on, whoever runs it.
 */
export function observeSteps(point: (name: string) => void): void {
  observe(fs, 'renameSync', point)
  for (const verb of ['mkdir', 'writeFile', 'rm'] as const) observe(fs.promises, verb, point)
  const { spawn } = childProcess
  Object.assign(childProcess, {
    spawn: (...given: readonly unknown[]): unknown => {
      const name = `command ${JSON.stringify(given[1])}`
      point(`before ${name}`)
      const child: unknown = Reflect.apply(spawn, childProcess, given)
      point(`in ${name}`)
      if (!(child instanceof childProcess.ChildProcess)) return child
      if (name.includes(SHELL_NAME)) observeShell(child, point)
      else child.prependListener('exit', () => point(`after ${name}`))
      return child
    },
  })
  syncBuiltinESMExports()
}

/** Of a shell that waits for commands each command is a write into it, and an answer. */
function observeShell({ stdin, stdout }: childProcess.ChildProcess, point: (name: string) => void): void {
  if (stdin === null || stdout === null) throw new Error('a shell has an input and an output')
  let name = ''
  const write = stdin.write.bind(stdin)
  const observed = (words: string): boolean => {
    name = `command ${JSON.stringify(words.split('\n').slice(1, -1))}`
    point(`before ${name}`)
    const isWritten = write(words)
    point(`in ${name}`)
    return isWritten
  }
  Object.assign(stdin, { write: observed })
  stdout.on('data', (piece: Buffer) => {
    if (piece.includes(0)) point(`after ${name}`)
  })
}

function observe<Module extends object>(
  module: Module,
  verb: keyof Module & string,
  point: (name: string) => void,
): void {
  const call = module[verb]
  if (typeof call !== 'function') throw new Error(`${verb} is no function`)
  Object.assign(module, {
    [verb]: (...given: readonly unknown[]): unknown => {
      point(`before ${verb}`)
      const result: unknown = Reflect.apply(call, module, given)
      if (!(result instanceof Promise)) {
        point(`after ${verb}`)
        return result
      }
      return result.then((value: unknown) => {
        point(`after ${verb}`)
        return value
      })
    },
  })
}
