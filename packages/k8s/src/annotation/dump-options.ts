import { didYouMean } from '@salvage-kit/core'
import { DumpOptions } from '../quiesce/dump-settings.ts'
import type { Annotations } from './key.ts'
import { DUMP_PREFIX } from './key.ts'
import { wrong } from './value.ts'

const NAMES = Object.keys({
  file: true,
  host: true,
  port: true,
  user: true,
  password: true,
  name: true,
  'character-set': true,
  'full-percent': true,
  pod: true,
  shell: true,
} satisfies Record<keyof DumpOptions, true>)

/**
 * What the annotations that begin with `salvage-kit.io/dump-` say. Throws `ANNOTATION.VALUE` for one that means nothing and for
 * a value that is wrong, without the value: a password that was written out gets into no plan.
 */
export function dumpOptions(annotations: Annotations, where: string): DumpOptions {
  const said = Object.entries(annotations)
    .filter(([key]) => key.startsWith(DUMP_PREFIX))
    .map(([key, value]) => [key.slice(DUMP_PREFIX.length), value] as const)
  const unknown = said.find(([name]) => !NAMES.includes(name))
  if (unknown !== undefined) {
    const near = didYouMean(unknown[0], NAMES)?.replace('"', `"${DUMP_PREFIX}`)
    const all = `the annotations are ${NAMES.map((name) => DUMP_PREFIX + name).join(', ')}`
    throw wrong(where, DUMP_PREFIX + unknown[0], 'it means nothing', near ?? all)
  }
  const read = DumpOptions.safeParse(Object.fromEntries(said))
  if (read.success) return read.data
  const [issue] = read.error.issues
  const hint = issue?.code === 'too_small' ? 'write a value, or leave it out' : (issue?.message ?? '')
  throw wrong(where, `${DUMP_PREFIX}${issue?.path.join('.') ?? ''}`, 'its value cannot be taken', hint)
}
