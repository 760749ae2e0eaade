import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { child } from './child.ts'
import { parts } from './parts.ts'
import { count } from './summary.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const USAGE = `./test [--all] [-- ARGUMENTS OF VITEST]

  --all   install and start every part that the tests need; a missing one is a failure (the same with CI=true)
`

const { values, positionals } = parseArgs({
  options: { all: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  allowPositionals: true,
})

if (values.help === true) process.stdout.write(USAGE)
else {
  process.exitCode = await run(values.all === true || process.env['CI'] === 'true', positionals).catch(
    (error: unknown) => {
      process.stdout.write(`the tests did not run: ${errorText(error)}\n${count(0, 1, 0)}\n`)
      return 1
    },
  )
}

function errorText(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

async function run(all: boolean, vitestArguments: readonly string[]): Promise<number> {
  await using ready = await parts(all)
  using folder = temporaryDirectory()
  const summary = join(folder.path, 'summary')
  const reporters = ['--reporter=default', `--reporter=${join(import.meta.dirname, 'result-reporter.ts')}`]
  const vitest = ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...vitestArguments]
  const code = await child(process.execPath, vitest, { ...ready.env, SALVAGE_TEST_SUMMARY: summary })
  const text = existsSync(summary) ? readFileSync(summary, 'utf8') : `the test run broke off\n${count(0, 1, 0)}\n`
  process.stdout.write(`\n${text}`)
  return code
}
