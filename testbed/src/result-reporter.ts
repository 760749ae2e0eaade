import { readFileSync, writeFileSync } from 'node:fs'
import { relative } from 'node:path'
import type { Reporter, TestCase, TestModule } from 'vitest/node'
import { count, skippedLines, testLine } from './summary.ts'
import type { SkippedTest } from './summary.ts'

/**
 * The reporter that `./test` adds: writes what the run came to, over all suites, to the file that
 * `SALVAGE_TEST_SUMMARY` names: every skipped file with its reason, every test that passed only when it was repeated, every
 * failed one, then the counts on the last line.
 */
// oxlint-disable-next-line import/no-default-export -- vitest loads a reporter by its default export
export default function resultReporter(): Reporter {
  return {
    onTestRunEnd(modules, unhandledErrors) {
      const file = process.env['SALVAGE_TEST_SUMMARY']
      if (file === undefined) return
      const tests = modules.flatMap((module) => [...module.children.allTests()])
      const states = Map.groupBy(tests, (test) => test.result().state)
      const skipped = [...(states.get('skipped') ?? []), ...(states.get('pending') ?? [])].map((test) =>
        skippedTest(test),
      )
      // A file that does not load and an error outside of any test are failures too.
      const failed = (states.get('failed')?.length ?? 0) + outsideOfTests(modules) + unhandledErrors.length
      const lines = [
        ...skippedLines(skipped),
        ...tests.filter((test) => test.diagnostic()?.flaky).map((test) => line('flaky', test)),
        ...(states.get('failed') ?? []).map((test) => line('failed', test)),
        count(states.get('passed')?.length ?? 0, failed, skipped.length),
      ]
      writeFileSync(file, `${lines.join('\n')}\n`)
    },
  }
}

function line(word: string, test: TestCase): string {
  return testLine(
    word,
    relative(process.cwd(), test.module.moduleId),
    test.fullName,
    test.result().errors?.[0]?.message,
  )
}

function outsideOfTests(modules: readonly TestModule[]): number {
  const suites = modules.flatMap((module) => [module, ...module.children.allSuites()])
  return suites.flatMap((suite) => suite.errors()).length
}

function skippedTest(test: TestCase): SkippedTest {
  const result = test.result()
  const file = test.module.moduleId
  return {
    file: relative(process.cwd(), file),
    note: result.state === 'skipped' ? (result.note ?? '') : '',
    source: readFileSync(file, 'utf8'),
  }
}
