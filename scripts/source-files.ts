import { globSync, readFileSync } from 'node:fs'

/** A source file of the workspace; the path is relative to the top. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

/** Reads the sources of all packages and apps, without their tests. */
export function sourceFiles(): readonly SourceFile[] {
  return globSync('{packages,apps}/*/src/**/*.ts')
    .filter((path) => !path.endsWith('.test.ts'))
    .toSorted()
    .map((path) => ({ path, text: readFileSync(path, 'utf8') }))
}

/** Prints what is wrong, one line each, and ends the process in failure when there is anything. */
export function conclude(subject: string, problems: readonly string[]): void {
  for (const problem of problems) process.stdout.write(`${problem}\n`)
  process.stdout.write(
    problems.length === 0 ? `${subject}: good\n` : `${subject}: ${String(problems.length)} problems\n`,
  )
  if (problems.length > 0) process.exitCode = 1
}
