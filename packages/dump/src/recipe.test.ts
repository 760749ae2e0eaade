import { assert, property, string } from 'fast-check'
import { expect, test } from 'vitest'
import { ENGINES } from './engines.ts'
import { partFile, partOfFile } from './part-file.ts'
import { checkSettings, engineNamed, engineNames, recipeOf } from './recipe.ts'

test.each([
  ['postgres:15', 'postgres'],
  ['docker:registry.mysql.example:5000/library/postgres:9.6', 'postgres'],
  ['bitnami/postgresql@sha256:0123', 'postgres'],
  ['localhost/mariadb', 'mariadb'],
  ['percona/percona-server:8.0', 'mysql'],
  ['MySQL', 'mysql'],
  ['prometheuscommunity/postgres-exporter', undefined],
  ['mysql/web', undefined],
  ['registry.example/mysql:5000/web', undefined],
  ['', undefined],
])('the image %s is of %s', (image, name) => {
  expect(recipeOf({ image })?.name).toBe(name)
  expect(recipeOf({ image, label: 'auto' })?.name).toBe(name)
})

test('a label goes before the image, and alone', () => {
  expect(recipeOf({ image: 'postgres', label: ' MariaDB ' })?.name).toBe('mariadb')
  expect(recipeOf({ image: 'ours/db', label: 'postgresql' })?.name).toBe('postgres')
  expect(recipeOf({ image: 'postgres', label: 'none' })).toBeUndefined()
})

test('each engine has a name of its own, and no word is of two', () => {
  const words = ENGINES.flatMap(({ name, aliases = [] }) => [name, ...aliases])
  expect(new Set(words).size).toBe(words.length)
  for (const name of engineNames()) expect(engineNamed(name)?.name).toBe(name)
})

test('a setting that an engine has not is refused', () => {
  const [engine] = ENGINES
  if (engine === undefined) throw new Error('no engine')
  checkSettings(engine, { database: 'x', args: '' })
  expect(() => checkSettings(engine, { databse: 'x' })).toThrow(expect.objectContaining({ code: 'DUMP.SETTING' }))
})

test('any name of a database has a plain file name of its own', () => {
  const names = string({ unit: 'binary', minLength: 1, maxLength: 60 })
  assert(
    property(names, (of) => {
      const file = partFile(of, '.dump')
      expect(file).not.toMatch(/[/\0\n]|^\./)
      expect(partOfFile(file, '.dump')).toBe(of)
    }),
  )
  expect(partOfFile('x.sql', '.dump')).toBeUndefined()
  expect(partOfFile('.dump', '.dump')).toBeUndefined()
})
