import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { directoryDiscovery } from './directory-discovery.ts'

const signal = new AbortController().signal

test('a directory is a target, its hooks are a workload', async () => {
  using folder = temporaryDirectory()
  const hooks = { pre: ['true'], stops: true }
  const survey = await directoryDiscovery([{ path: folder.path, hooks }]).survey({ signal })
  expect(survey).toEqual({
    targets: [{ ref: `dir:${folder.path}`, source: { medium: 'directory', path: folder.path }, tides: [] }],
    workloads: [
      {
        id: `hook:${folder.path}`,
        name: `the hooks of ${folder.path}`,
        state: 'running',
        uses: [`dir:${folder.path}`],
        dependsOn: [],
        quiesce: [{ quiescer: 'local.command', settings: hooks }],
        down: { quiescer: 'local.command', settings: hooks },
      },
    ],
    problems: [],
  })
})

test('a symbolic link keeps its name and is read where it leads', async () => {
  using folder = temporaryDirectory()
  const [real, link] = [join(folder.path, 'real'), join(folder.path, 'link')]
  mkdirSync(real)
  symlinkSync('real', link)
  const survey = await directoryDiscovery([{ path: link }]).survey({ signal })
  expect(survey.targets).toEqual([{ ref: `dir:${link}`, source: { medium: 'directory', path: real }, tides: [] }])
})

test('what cannot be had is a problem of its target, and the rest is found', async () => {
  using folder = temporaryDirectory()
  const at = (name: string): string => join(folder.path, name)
  writeFileSync(at('file'), '')
  symlinkSync('nowhere', at('dangling'))
  mkdirSync(at('good'))
  const survey = await directoryDiscovery(
    ['missing', 'file', 'file/below', 'dangling', '~', 'good'].map((name) => ({ path: at(name) })),
  ).survey({ signal })
  expect(survey.targets.map((target) => target.ref)).toEqual([`dir:${at('good')}`])
  expect(survey.problems.map(({ code, target }) => [code, target])).toEqual([
    ['DIRECTORY.MISSING', `dir:${at('missing')}`],
    ['DIRECTORY.NOT_A_DIRECTORY', `dir:${at('file')}`],
    ['DIRECTORY.MISSING', `dir:${at('file/below')}`],
    ['DIRECTORY.MISSING', `dir:${at('dangling')}`],
    ['DIRECTORY.MISSING', `dir:${at('~')}`],
  ])
  expect(survey.problems[4]?.hint).toContain('$HOME')
})

test('one directory named twice is one target; with two sets of hooks it is a problem', async () => {
  using folder = temporaryDirectory()
  const { path } = folder
  const hooks = { pre: ['true'] }
  const once = await directoryDiscovery([{ path }, { path, hooks }, { path }]).survey({ signal })
  expect(once.targets).toHaveLength(1)
  expect(once.workloads).toHaveLength(1)
  const twice = await directoryDiscovery([
    { path, hooks },
    { path, hooks },
  ]).survey({ signal })
  expect(twice.targets).toEqual([])
  expect(twice.problems).toMatchObject([{ code: 'DIRECTORY.TWICE', target: `dir:${path}` }])
})

test.each(['relative', '/a/../b', '/a/'])('a path such as %j is refused at once', (path) => {
  expect(() => directoryDiscovery([{ path }])).toThrow(expect.objectContaining({ code: 'REFERENCE.INVALID' }))
})
