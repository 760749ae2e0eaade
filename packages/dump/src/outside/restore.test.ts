import { Readable } from 'node:stream'
import { isSalvageError } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import type { ExecPort } from '../port.ts'
import { engineNamed } from '../recipe.ts'
import { restore } from './restore.ts'

const found = engineNamed('mysql')
if (found === undefined) throw new Error('no engine')
const recipe = { engine: { ...found, complete: () => true }, settings: {} }
const FILES = ['a', 'b', 'c'].map((of) => ({
  name: recipe.engine.fileOf(of),
  open: () => Readable.from([Buffer.from(`of ${of}`)]),
}))

/** Says yes to all, but for the load that `fails` names; `onLoad` is called before each. */
function port(fails: string, onLoad: (of: string) => void = () => {}): ExecPort {
  return {
    exec: ({ argv: [, , text = '', , of = ''], stdin }) => {
      stdin?.resume()
      const isLoad = text.includes('\nd_restore "$1"')
      if (isLoad) onLoad(of)
      const isRefused = isLoad && of === fails
      return Promise.resolve({
        stdout: Readable.from([Buffer.from(isRefused ? 'fail=RESTORE_FAILED\n' : 'server=1\n')]),
        ended: Promise.resolve({ code: isRefused ? 1 : 0, stderr: isRefused ? 'a view is in the way' : '' }),
      })
    },
  }
}

const load = (to: ExecPort, signal = new AbortController().signal): Promise<void> =>
  restore(to, recipe, FILES, { where: 'here', signal })

test('the first file that fails is named, and the data are as they were', async () => {
  await expect(load(port('a'))).rejects.toMatchObject({
    code: 'DUMP.RESTORE_FAILED',
    message: expect.stringMatching(/as they were \(a\.sql\)$/),
    why: 'a view is in the way',
  })
})

test('behind files that are loaded nobody hears that the data are as they were', async () => {
  await expect(load(port('c'))).rejects.toMatchObject({
    code: 'DUMP.HALF_RESTORED',
    message: 'mysql in here: a.sql, b.sql are loaded, c.sql is not',
    why: expect.stringContaining('a view is in the way'),
  })
})

test('who aborts between two files hears which are loaded; before the first one, only that it is aborted', async () => {
  const stop = new AbortController()
  const aborting = port('', (of) => of === 'a' && stop.abort(new Error('enough')))
  await expect(load(aborting, stop.signal)).rejects.toMatchObject({
    code: 'DUMP.HALF_RESTORED',
    message: 'mysql in here: a.sql is loaded, b.sql is not',
    why: 'enough',
  })
  await expect(load(port(''), AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough')
  await load(port(''))
})

test.each([
  ['ERROR:  deadlock detected', 2, 'well'],
  ['ERROR:  deadlock detected', 99, 'DUMP.RESTORE_FAILED'],
  ['a view is in the way', 2, 'DUMP.RESTORE_FAILED'],
])('who was crossed tries again, a few times: %s, %d times', async (stderr, times, end) => {
  const sound = port('')
  let loads = 0
  const crossing: ExecPort = {
    exec: async (request, options) => {
      const ran = await sound.exec(request, options)
      if (!(request.argv[2] ?? '').includes('\nd_restore "$1"')) return ran
      loads += 1
      if (loads > times) return ran
      return {
        stdout: Readable.from([Buffer.from('fail=RESTORE_FAILED\n')]),
        ended: Promise.resolve({ code: 1, stderr }),
      }
    },
  }
  const crossed = { ...recipe, engine: { ...recipe.engine, crossed: /deadlock detected/ } }
  const done = restore(crossing, crossed, FILES.slice(0, 1), { where: 'here', signal: new AbortController().signal })
  const said = await done.then(
    () => 'well',
    (error: unknown) => (isSalvageError(error) ? error.code : String(error)),
  )
  expect(said).toBe(end)
  expect(loads).toBe(stderr.includes('deadlock') ? Math.min(times + 1, 5) : 1)
})
