import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { templatesIn } from './installed.ts'

const wrong = (what: string): unknown =>
  expect.objectContaining({ code: 'RANCHER.SETTING', message: expect.stringContaining(`no folder ${what}`) })

test('templates are those of both folders; none of them is none unless they are named', () => {
  using folder = temporaryDirectory()
  const at = (name: string): string => join(folder.path, name)
  expect(templatesIn(folder.path, false)).toEqual({})
  expect(() => templatesIn(folder.path, true)).toThrow(wrong('index'))
  expect(() => templatesIn(at('nowhere'), true)).toThrow(wrong('index'))
  mkdirSync(at('index'))
  expect(() => templatesIn(folder.path, false)).toThrow(wrong('templates'))
  writeFileSync(at('templates'), '')
  expect(() => templatesIn(folder.path, false)).toThrow(wrong('templates'))
  mkdirSync(at('both/index'), { recursive: true })
  mkdirSync(at('both/templates'))
  for (const isNamed of [true, false])
    expect(templatesIn(at('both'), isNamed)).toEqual({
      folders: { index: at('both/index'), templates: at('both/templates') },
    })
})
