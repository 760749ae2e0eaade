import { child } from './child.ts'
import { parts } from './parts.ts'

const [program, ...args] = process.argv.slice(2)
if (program === undefined) throw new Error('with-parts.ts PROGRAM [ARGUMENTS]: runs a program with every part ready')
process.exitCode = await withParts(program, args)

async function withParts(file: string, rest: readonly string[]): Promise<number> {
  await using ready = await parts(true)
  return await child(file, rest, ready.env)
}
