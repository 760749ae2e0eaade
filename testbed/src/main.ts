import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { child } from './child.ts'
import { parts } from './parts.ts'
import { count, joined } from './summary.ts'
import { temporaryDirectory } from './temporary-directory.ts'

const USAGE = `./test [--all] [-- ARGUMENTS OF VITEST]

  --all   install and start every part that the tests need; a missing one is a failure (the same with CI=true)
`

/** The suites that meet no other on an engine, in the lanes that run beside all others. Most of their time is waiting. */
const BESIDE = [['images', 'btrfs', 'machine'], ['k8s']] as const

/** On a machine that has only one try: what passes the second time is told as flaky, at the end of the output. */
const REPEATED = process.env['CI'] === 'true' ? ['--retry=1'] : []

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

/** Without arguments of its own for vitest, those that can do so run beside all others. */
async function run(all: boolean, vitestArguments: readonly string[]): Promise<number> {
  await using ready = await parts(all)
  using folder = temporaryDirectory()
  if (vitestArguments.length > 0) {
    const only = await vitest(vitestArguments, ready.env, join(folder.path, 'only'))
    process.stdout.write(`\n${only.summary}`)
    return only.code
  }
  const others = BESIDE.flat().map((name) => `--project=!${name}`)
  const beside = BESIDE.map((names) => ({
    projects: names.map((name) => `--project=${name}`),
    place: join(folder.path, names.join('-')),
  }))
  const [rest, ...lanes] = await Promise.all([
    vitest(others, ready.env, join(folder.path, 'rest')),
    ...beside.map(async ({ projects, place }) => vitest(projects, ready.env, place, `${place}.log`)),
  ])
  for (const { place } of beside) process.stdout.write(`\n${readFileSync(`${place}.log`, 'utf8')}`)
  const runs = [rest, ...lanes]
  process.stdout.write(`\n${joined(runs.map(({ summary }) => summary))}`)
  return runs.find(({ code }) => code !== 0)?.code ?? 0
}

interface VitestRun {
  readonly code: number
  /** Of {@link count}, with the skipped files before it. */
  readonly summary: string
}

async function vitest(
  vitestArguments: readonly string[],
  env: Readonly<Record<string, string>>,
  summary: string,
  output?: string,
): Promise<VitestRun> {
  const reporters = ['--reporter=default', `--reporter=${join(import.meta.dirname, 'result-reporter.ts')}`]
  const args = ['node_modules/vitest/vitest.mjs', 'run', ...reporters, ...REPEATED, ...vitestArguments]
  const code = await child(process.execPath, args, { ...env, SALVAGE_TEST_SUMMARY: summary }, output)
  const text = existsSync(summary) ? readFileSync(summary, 'utf8') : `the test run broke off\n${count(0, 1, 0)}\n`
  return { code, summary: text }
}
