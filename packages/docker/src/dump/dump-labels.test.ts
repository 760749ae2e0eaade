import { expect, test } from 'vitest'
import { dumpLabels } from './dump-labels.ts'

const read = (labels: Record<string, string>, image = 'registry.example:5000/library/postgres:16') =>
  dumpLabels({ name: 'db', image, labels })

test('a kind and its settings; what is ours does not go to the engine', () => {
  const { recipe, tides, problems } = read({
    'salvage.dump': 'postgres',
    'salvage.dump.database': 'shop',
    'salvage.dump.tide': ' nightly,weekly,, nightly',
    'salvage.dump.placement': 'outside',
  })
  expect(recipe?.engine.name).toBe('postgres')
  expect(recipe?.settings).toEqual({ database: 'shop' })
  expect(tides).toEqual(['nightly', 'weekly'])
  expect(problems).toEqual([])
})

test.each([
  ['auto', 'postgres:16', 'postgres'],
  ['auto', 'mariadb', 'mariadb'],
  ['mysql', 'postgres:16', 'mysql'],
])('%s with the image %s is %s', (label, image, name) => {
  expect(read({ 'salvage.dump': label }, image).recipe?.engine.name).toBe(name)
})

test.each([
  [{ 'salvage.dump': 'postgers' }, 'LABEL.DUMP', '"postgers" is no kind of database', 'did you mean "postgres"?'],
  [{ 'salvage.dump': '' }, 'LABEL.DUMP', '"" is no kind', 'name it: postgres, '],
  [{ 'salvage.dump': 'auto' }, 'LABEL.DUMP', 'nothing tells which database prom/mysqld-exporter is', 'name it: '],
  [{ 'salvage.dump': 'mysql', 'salvage.dump.placement': 'inside' }, 'LABEL.DUMP', 'is not served', 'outside'],
  [{ 'salvage.dump': 'mysql', 'salvage.dump.placement': 'x' }, 'LABEL.DUMP', '"x" is no placement', 'outside'],
])('%j is no target', (labels, code, message, hint) => {
  const { recipe, problems } = read({ ...labels }, 'prom/mysqld-exporter')
  expect(recipe).toBeUndefined()
  expect(problems).toEqual([
    expect.objectContaining({ code, message: expect.stringContaining(message), hint: expect.stringContaining(hint) }),
  ])
})

test.each([
  [
    { 'salvage.dump': 'auto', 'salvage.dump.databse': 'x' },
    'label salvage.dump.databse: it means nothing',
    'did you mean "salvage.dump.database"?',
  ],
  [{ 'salvage.dump': 'auto', 'salvage.dump.zzzzzzzz': 'x' }, 'it means nothing', 'the keys are args, database, '],
  [{ 'salvage.dump.database': 'x' }, 'no effect without the label salvage.dump', 'salvage.dump=auto'],
])('%j is told and changes nothing else', (labels, message, hint) => {
  const { recipe, problems } = read({ ...labels })
  expect(recipe === undefined).toBe(!('salvage.dump' in labels))
  expect(recipe?.settings ?? {}).toEqual({})
  expect(problems).toEqual([
    { code: 'LABEL.UNKNOWN', message: expect.stringContaining(message), hint: expect.stringContaining(hint) },
  ])
})

test('no label, no word', () => {
  expect(read({ 'salvage.action': 'stop' })).toEqual({ tides: [], problems: [] })
})
