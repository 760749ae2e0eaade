import { isSalvageError } from '@salvage-kit/core'
import { expect } from 'vitest'
import { renderBound } from '../../src/template/bind.ts'
import { dumpJob } from '../../src/template/dump-job.ts'
import type { DumpJob } from '../../src/template/dump-job.ts'
import { jinja } from '../../src/template/engine.ts'

const engine = await jinja()

/** The target directory of {@link job}. */
export const TARGET = '/backup/dump/app/db'

/** What a template says to run for a service with these variables. */
export function job(template: string, env: Readonly<Record<string, string>> = {}): DumpJob {
  const context = { env, ip: '10.0.0.1', target_dir: TARGET }
  const bound = renderBound(engine, template, context, { name: 't.yml' })
  return dumpJob(bound, { name: 't.yml', image: 'own:1', targetDirectory: TARGET })
}

/** The code with which it is refused, which repeats no value; else `taken`. */
export function refusal(template: string, env: Readonly<Record<string, string>> = {}): string {
  try {
    job(template, env)
  } catch (error) {
    if (isSalvageError(error)) {
      for (const value of Object.values(env)) expect(`${error.message} ${error.why ?? ''}`).not.toContain(value)
      return error.code
    }
    throw error
  }
  return 'taken'
}
