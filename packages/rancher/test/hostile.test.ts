import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { describe, expect, test } from 'vitest'
import { jinja } from '../src/index.ts'
import type { DumpJob } from '../src/index.ts'
import { renderBound } from '../src/template/bind.ts'
import { dumpJob } from '../src/template/dump-job.ts'
import { fact, noFacts } from './facts/facts.ts'

const HOSTILE = [
  "it's",
  'a"b',
  '$HOME',
  '$(touch INJECTED)',
  '`touch INJECTED`',
  '; touch INJECTED;',
  "'; touch INJECTED; '",
  '"; touch INJECTED; "',
  '| touch INJECTED',
  '\\',
  'a\\',
  'a\nb',
  '\n',
  'a\tb',
  'naïve 🐘 ключ',
  'x: y',
  'x #y',
  '*a',
  '{a',
  '&a !b %c @d',
  '{{ ip }}{% if %}{# #}',
  ' both ends ',
  'a:b=c',
  '~',
  'k'.repeat(4096),
]

/** Stands for each dump program: writes down its arguments and its password, NUL after each. */
const RECORDER = `#!/bin/sh
printf '%s\\0' "$0" "$@" >> "$RECORD"
printf '%s\\0' "\${PGPASSWORD-\${MYSQL_PWD-}}" >> "$PASSWORDS"
echo dumped
`

interface Ran {
  /** Of all programs, one after the other; first the name. */
  readonly told: readonly string[]
  readonly passwords: readonly string[]
  readonly injected: boolean
}

/** Runs a job as a container would: no shell but those that its commands name. */
function ran(job: DumpJob, target: string, folder: string): Ran {
  const bin = join(folder, 'bin')
  mkdirSync(bin)
  mkdirSync(target, { recursive: true })
  for (const program of ['mysqldump', 'pg_dump', 'pg_dumpall', 'mongodump', 'elasticdump']) {
    writeFileSync(join(bin, program), RECORDER)
    chmodSync(join(bin, program), 0o755)
  }
  const [record, passwords] = [join(folder, 'record'), join(folder, 'passwords')]
  for (const { entrypoint = [], argv, environment, output } of job.commands) {
    const [program = '', ...words] = [...entrypoint, ...argv]
    const said = execFileSync(program, words, {
      cwd: folder,
      env: { ...job.environment, ...environment, PATH: `${bin}:/usr/bin:/bin`, RECORD: record, PASSWORDS: passwords },
    })
    if (output !== undefined) writeFileSync(join(target, output.path), said)
  }
  return {
    told: texts(record).map((word) => word.replace(`${bin}/`, '')),
    passwords: texts(passwords),
    injected: [folder, target].some((place) => readdirSync(place).includes('INJECTED')),
  }
}

function texts(file: string): readonly string[] {
  return readFileSync(file, 'utf8').split('\0').slice(0, -1)
}

describe.skipIf(noFacts !== undefined)(`hostile values in rancher-backup's own templates${noFacts ?? ''}`, async () => {
  const engine = await jinja()

  function run(template: string, env: Readonly<Record<string, string>>): Ran & { readonly files: readonly string[] } {
    using folder = temporaryDirectory('salvage test ')
    const target = join(folder.path, 'back up', 'dump')
    const context = { env, ip: '10.0.0.1', target_dir: target }
    const bound = renderBound(engine, fact(`templates/${template}.yml`), context, { name: template })
    const result = ran(dumpJob(bound, { name: template, image: 'x', targetDirectory: target }), target, folder.path)
    return { ...result, files: readdirSync(target) }
  }

  test.each(['mysql', 'mariadb'])('%s', (template) => {
    for (const value of HOSTILE) {
      const name = value.slice(0, 100)
      const end = run(template, { MYSQL_USER: value, MYSQL_DATABASE: name, MYSQL_PASSWORD: value })
      expect(end.told).toEqual(['mysqldump', '-h', '10.0.0.1', '-u', value, name])
      expect(end).toMatchObject({ passwords: [value], injected: false, files: [`${name}.dump`] })
    }
  })

  test('postgresql', () => {
    for (const value of HOSTILE) {
      const { told, passwords, injected } = run('postgresql', {
        POSTGRES_USER: value,
        POSTGRES_DB: value,
        POSTGRES_PASSWORD: value,
      })
      expect(told.slice(0, -1)).toEqual(['pg_dump', '-h', '10.0.0.1', '-U', value, '-d', value, '-f'])
      expect(told.at(-1)?.endsWith(`/back up/dump/${value}.dump`)).toBe(true)
      expect({ passwords, injected }).toEqual({ passwords: [value], injected: false })
    }
  })

  test('mongodb', () => {
    for (const value of HOSTILE) {
      const end = run('mongodb', { MONGO_USER: value, MONGO_PASS: value })
      expect(end.told).toEqual(['mongodump', '--host', '10.0.0.1', '-u', value, '-p', value, '--gzip', '--archive'])
      expect(end).toMatchObject({ injected: false, files: ['databases.archive.gz'] })
    }
  })

  test('elasticsearch', () => {
    const { told } = run('elasticsearch', {})
    expect(told.filter((word) => word.startsWith('--type'))).toEqual(['--type=mapping', '--type=data'])
    expect(told.filter((word) => word.startsWith('--output')).every((word) => word.includes('/back up/dump/'))).toBe(
      true,
    )
  })
})
