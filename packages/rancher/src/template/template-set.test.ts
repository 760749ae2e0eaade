import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { jinja } from './engine.ts'
import { readTemplates } from './template-set.ts'
import type { TemplateSet } from './template-set.ts'

async function read(files: Readonly<Record<string, string>>): Promise<TemplateSet> {
  using folder = temporaryDirectory()
  const folders = { index: join(folder.path, 'index'), templates: join(folder.path, 'template') }
  for (const path of Object.values(folders)) mkdirSync(path)
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder.path, name), text)
  return await readTemplates(folders, await jinja())
}

test('entries of all files, by priority and name, whatever the files are called', async () => {
  const set = await read({
    'index/z.yml': 'b: {regex: b, template: t.yml}\na: {regex: a, template: t.yml}',
    'index/a.yaml': 'last: {regex: x, template: t.yml, priority: 200}\nfirst: {regex: y, template: t.yml, priority: 1}',
    'index/README.md': 'no: index',
    'index/empty.yml': '# nothing yet',
    'template/t.yml': 'commands: [x]',
  })
  expect(set.entries.map(({ name }) => name)).toEqual(['first', 'a', 'b', 'last'])
  expect(set.findings).toEqual([])
  expect(set.text('t.yml')).toBe('commands: [x]')
})

test('each file that cannot be used is told, and the others are used', async () => {
  const set = await read({
    'index/1.yml': 'good: {regex: a, template: good.yml}\nabsent: {regex: b, template: absent.yml}',
    'index/2.yml': 'x: [',
    'index/3.yml': 'x: {regex: a}',
    'index/4.yml': 'x: {regex: "(", template: good.yml}',
    'index/5.yml': 'x: {regex: a, template: ../../etc/passwd}',
    'index/6.yml': 'wrong: {regex: c, template: wrong.yml}',
    'template/good.yml': 'commands: [x]',
    'template/wrong.yml': '{% if %}',
  })
  expect(set.entries.map(({ name }) => name)).toEqual(['absent', 'good', 'wrong'])
  expect(set.findings.map(({ code, message }) => [code, message.split(':')[0]])).toEqual([
    ['RANCHER.INDEX', '2.yml'],
    ['RANCHER.INDEX', '3.yml'],
    ['RANCHER.INDEX', '4.yml'],
    ['RANCHER.INDEX', '5.yml'],
    ['RANCHER.TEMPLATE', 'absent.yml'],
    ['RANCHER.TEMPLATE', 'wrong.yml'],
  ])
  expect(() => set.text('absent.yml')).toThrow('absent.yml')
})

test('patterns that Python writes in its own way', async () => {
  const set = await read({
    'index/i.yml': 'a: {regex: "(?i)^Pg(?P<n>\\\\d)\\\\Z", template: t.yml}'
      .replaceAll('"', "'")
      .replaceAll('\\\\', '\\'),
    'template/t.yml': 'commands: [x]',
  })
  expect(set.entries.map(({ pattern }) => [pattern.test('pG9'), pattern.test('pg9x')])).toEqual([[true, false]])
})

test('no folder of an index is an error', async () => {
  const none = { index: '/nowhere/index', templates: '/nowhere' }
  await expect(readTemplates(none, await jinja())).rejects.toMatchObject({ code: 'RANCHER.INDEX' })
})
