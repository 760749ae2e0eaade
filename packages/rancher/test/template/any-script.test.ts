import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { array, assert, constantFrom, property } from 'fast-check'
import { expect, test } from 'vitest'
import { job, refusal } from './job-of.ts'

test('no script that is taken runs a value, whatever it is made of', () => {
  const starts = [
    'pg_dump ',
    'mysqldump ',
    'rm -f ',
    'sh -c ',
    'eval ',
    'psql -c',
    'PGUSER=',
    'X=',
    'set -- ',
    'timeout 9 ',
    'if ',
    '{ ',
    'nice ',
    'env ',
    '>f ',
    'X="a b" ',
  ]
  const others = [
    'V',
    '"',
    "'",
    ' ',
    ';',
    '|',
    '&&',
    '(',
    ')',
    '`',
    '$(',
    '$X',
    '"$1"',
    ' -d ',
    '=',
    '>',
    '<',
    '\\',
    '#',
    '\n',
  ]
  const piece = constantFrom(...starts, ...others, 'V', ' V ', '"V"')
  const values = ['$(made)', '`made`', ';made;', `'"; made; "'`, 'made', '| made', '\nmade\n', '-c made']
  using folder = temporaryDirectory()
  const bin = join(folder.path, 'bin')
  mkdirSync(bin)
  const programs = {
    made: 'echo MADE >&2',
    psql: 'for x; do sh -c ": ${x#-c}"; done',
    pg_dump: ':',
    mysqldump: ':',
    rm: ':',
  }
  for (const [name, text] of Object.entries(programs)) {
    writeFileSync(join(bin, name), `#!/bin/sh\n${text}\n`)
    chmodSync(join(bin, name), 0o755)
  }
  let ran = 0
  assert(
    property(array(piece, { minLength: 2, maxLength: 9 }), constantFrom(...values), (pieces, value) => {
      const script = pieces.join('').replaceAll('V', '{{ env.A }}')
      const template = JSON.stringify({ commands: [script] })
      if (!script.includes('env.A') || refusal(template, { A: value }) !== 'taken') return
      const { argv = [], environment = {} } = job(template, { A: value }).commands[0] ?? {}
      const [program = '', ...words] = argv
      ran += 1
      const env = { ...environment, PATH: `${bin}:/usr/bin:/bin` }
      const { stderr } = spawnSync(program, words, {
        cwd: folder.path,
        env,
        encoding: 'utf8',
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      expect(stderr ?? '').not.toContain('MADE')
    }),
    { numRuns: 3000 },
  )
  expect(ran).toBeGreaterThan(5)
})
