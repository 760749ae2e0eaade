import { createReadStream } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { openExecIn } from './open-exec.ts'
import type { Requester } from './request.ts'

const spec = { command: ['cat'], env: [], privileged: false }
const signal = new AbortController().signal

/** An engine that takes a while for each answer, the first until `ready`; `line` is what it turns over. */
function engine(
  line: PassThrough,
  ready: () => boolean = () => true,
): { readonly requests: Requester; readonly started: () => boolean } {
  let isStarted = false
  return {
    started: () => isStarted,
    requests: {
      async call() {
        do await setTimeout(20)
        while (!ready())
        return { Id: 'abc' }
      },
      open: () => Promise.reject(new Error('nobody asks for a body')),
      async upgrade() {
        isStarted = true
        await setTimeout(20)
        return line
      },
    },
  }
}

test('a file that cannot be opened when its load begins is an error of that load, and nothing is started', async () => {
  const stdin = createReadStream('/nowhere/at/all')
  const { requests, started } = engine(new PassThrough(), () => stdin.errored !== null)
  await expect(
    openExecIn(requests, 'here', { container: 'abc', name: 'db' }, spec, { signal, stdin }),
  ).rejects.toMatchObject({ code: 'ENOENT' })
  expect(started()).toBe(false)
})

test('one that fails while the engine starts the program ends the connection with its error', async () => {
  const line = new PassThrough()
  const { requests } = engine(line)
  const stdin = new PassThrough()
  const opening = openExecIn(requests, 'here', { container: 'abc', name: 'db' }, spec, { signal, stdin })
  await setTimeout(30)
  stdin.destroy(new Error('the disk is gone'))
  const said = await opening
  await expect(Array.fromAsync(said)).rejects.toThrow()
  expect(line.errored).toMatchObject({ message: 'the disk is gone' })
})
