import { execFileSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { databaseShell } from './shell.ts'

const where = { namespace: 'shop', pod: 'db-0', container: 'db' }

test.each(['postgres', 'mysql', 'mariadb'] as const)(
  'the shell of %s: no password that was told is in it',
  (database) => {
    const [shell, flag, told = ''] = databaseShell({
      where,
      recipe: { database, name: 'shop', password: 'tell-$A-tale' },
    })
    expect([shell, flag]).toEqual(['sh', '-c'])
    expect(told).not.toContain('tell-')
    expect(told).toMatch(/ (?:-W|--password)/)
    const [, , known = ''] = databaseShell({ where, recipe: { database, name: 'shop', password: '${DB_PASSWORD}' } })
    expect(known).toContain('"${DB_PASSWORD-}"')
    for (const program of [told, known]) execFileSync('sh', ['-n', '-c', program])
  },
)
