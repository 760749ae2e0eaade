import { part } from '@salvage-kit/testbed'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { label, scene } from './scene.ts'
import type { Scene } from './scene.ts'

describe.skipIf(!part('dockerd').available)('scenarios of the original: the root container', () => {
  let on: Scene
  beforeAll(async () => {
    on = await scene()
    await on.volume('p1_data')
  })
  afterEach(() => on.clean())
  afterAll(() => on[Symbol.asyncDispose]())

  const tide = 'container root, label salvage.tides.d'
  const crane = 'container root, label salvage.cranes.c'

  it.each([
    ['T-50 grouping=Smart', { 'tides.d.grouping': 'Smart' }, `LABEL.TIDE ${tide}.grouping: "Smart" is no grouping`],
    ['T-50 no grouping', { 'tides.d.grouping': '' }, `LABEL.TIDE ${tide}.grouping: tide d has no grouping`],
    ['T-50 no cron', { 'tides.d.cron': '' }, `LABEL.TIDE ${tide}.cron: tide d has no cron`],
    [
      'T-50 a cron that is none',
      { 'tides.d.cron': 'at night' },
      `TIDE.CRON ${tide}.cron: "at night" is not a schedule`,
    ],
    [
      'T-50 a cron of four fields',
      { 'tides.d.cron': '0 3 * *' },
      `TIDE.CRON ${tide}.cron: "0 3 * *" is not a schedule`,
    ],
    ['T-51 a cron that is never due', { 'tides.d.cron': '0 0 31 2 *' }, `TIDE.CRON ${tide}.cron: "0 0 31 2 *" is not`],
    ['T-50 no crane', { 'tides.d.crane': '' }, `LABEL.TIDE ${tide}.crane: tide d has no crane`],
    ['T-50 an unknown crane', { 'tides.d.crane': 'x' }, `STORE.UNKNOWN ${tide}.crane: there is no store "x"`],
    [
      'T-50 a crane without an image',
      { 'cranes.e.env.A': '1' },
      'LABEL.CRANE container root, label salvage.cranes.e.image',
    ],
    [
      'T-50 a phantom tide',
      { 'tides.dd.maxConcurrent': '1' },
      'LABEL.TIDE container root, label salvage.tides.dd.cron',
    ],
    [
      'T-50 a label without a setting',
      { 'tides.foo': '1' },
      'LABEL.TIDE container root, label salvage.tides.foo: it names no',
    ],
    ['T-50 method=PUT', { 'tides.d.report.method': 'PUT' }, `LABEL.TIDE ${tide}.report.method: "PUT" is no method`],
    [
      'T-50 an address with a blank',
      { 'tides.d.report.tide.success': 'http://a b/' },
      `LABEL.TIDE ${tide}.report.tide.success: it is no web address`,
    ],
    [
      'T-52 a tide address without a scheme',
      { 'tides.d.report.tide.success': 'example.org/x' },
      `LABEL.TIDE ${tide}.report.tide.success: it is no web address`,
    ],
    [
      'T-56 a volume address without a scheme',
      { 'tides.d.report.volume.success': 'example.org/x' },
      `LABEL.TIDE ${tide}.report.volume.success: it is no web address`,
    ],
    [
      'T-26 a crane with 0 at once',
      { 'cranes.c.maxConcurrent': '0' },
      `LABEL.CRANE ${crane}.maxConcurrent: "0" is not`,
    ],
    ['T-27 a tide with -1 at once', { 'tides.d.maxConcurrent': '-1' }, `LABEL.TIDE ${tide}.maxConcurrent: "-1" is not`],
    ['a wrong suffix', { 'tides.d.maxconcurrent': '1' }, `LABEL.UNKNOWN ${tide}.maxconcurrent: it means nothing`],
    ['a wrong suffix of a crane', { 'cranes.c.pullonrun': '1' }, `LABEL.UNKNOWN ${crane}.pullonrun: it means nothing`],
    ['a label that there is not', { xyz: '1' }, 'LABEL.UNKNOWN container root, label salvage.xyz: it means nothing'],
  ])('%s is told with its label', async (_name, labels, said) => {
    await on.root(labels)
    expect(await on.check()).toContainEqual(expect.stringContaining(said))
  })

  it('T-50 two root containers, whatever the value of the label', async () => {
    await on.root()
    await on.cli('create', '--name=second', label('root', 'false'), 'salvage-test/busybox')
    expect(await on.check()).toEqual([expect.stringMatching(/^LABEL\.ROOT_AMBIGUOUS .*(root, second|second, root)/)])
  })

  it('T-50 none, or one without a tide: tides may stand in the file', async () => {
    expect(await on.check()).toEqual([])
    await on.cli('create', '--name=root', label('root', ''), 'salvage-test/busybox')
    expect(await on.check()).toEqual([])
  })

  it('T-50 a tide that somebody belongs to and nobody defines', async () => {
    await on.root()
    await on.volume('p1_data')
    await on.app('app', label('tide.dd', 'data'))
    expect(await on.check()).toEqual([
      expect.stringContaining('TIDE.UNDEFINED docker:p1_data belongs to the tide "dd"'),
    ])
  })

  it('T-50 a crane container of somebody else is left alone', async () => {
    await on.root()
    await on.volume('p1_data')
    await on.app('app', '--volume=p1_data:/data', label('tide.d', 'data'))
    await on.app('foreign', label('entity', 'crane'), '--volume=p1_data:/data')
    const { report } = await on.tide()
    expect([report.outcome, await on.status('foreign')]).toEqual(['good', 'running'])
  })

  it('everything right: nothing is told', async () => {
    await on.root({
      'tides.d.maxConcurrent': '2',
      'tides.d.report.tide.success': 'https://example.org/hook',
      'tides.d.report.method': 'get',
      'cranes.c.pullOnRun': 'TRUE',
      'cranes.c.env.A.B': '1',
      'cranes.c.mount.cache.x': '/cache',
    })
    expect(await on.check()).toEqual([])
  })
})
