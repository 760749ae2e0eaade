import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { insideProgram } from './program.ts'
import { ABANDON, DUMP, INFO, READ, RESTORE } from './step.ts'

const SHELLS = [['dash'], ['bash', '--posix'], ['busybox', 'sh']] as const

test.each(SHELLS.flatMap((shell) => (['postgres', 'mysql', 'mariadb'] as const).map((kind) => ({ shell, kind }))))(
  'every program is one for $shell.0: $kind',
  ({ shell: [file, ...words], kind }) => {
    for (const step of [DUMP, RESTORE, INFO, READ, ABANDON]) {
      const program = insideProgram({ recipe: { database: kind, name: "it's `id`" }, id: 'abc', step })
      expect(() => execFileSync(file, [...words, '-n'], { input: program, stdio: 'pipe' })).not.toThrow()
    }
  },
)
