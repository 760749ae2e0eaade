import { SalvageError } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { runFarScript } from './far-script.ts'

test('an aborted script ends at once, with all that it started here', async () => {
  const reason = new SalvageError('DEADLINE', 'enough')
  const controller = new AbortController()
  const script = { script: 'cd / && sleep 60 | cat', args: [], what: 'sleeping' }
  const run = runFarScript({ kind: 'local' }, script, { signal: controller.signal })
  setTimeout(() => controller.abort(reason), 100)
  await expect(run).rejects.toBe(reason)
})

test('one that does not stop talking is not listened to for ever', async () => {
  const script = { script: 'exec cat /dev/zero', args: [], what: 'talking' }
  const run = runFarScript({ kind: 'local' }, script, { signal: new AbortController().signal })
  // Who of both notices first says it.
  await expect(run).rejects.toMatchObject({ code: expect.stringMatching(/^(HOST|BTRFS)\.FAILED$/) })
})
