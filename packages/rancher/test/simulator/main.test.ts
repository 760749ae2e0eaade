import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { cattle, cattleAddress } from '../../src/index.ts'
import { Stack } from '../../src/v1/client/schema.ts'
import { world } from './small-world.ts'

test('the simulator is a program: a file in, an address out, and it ends when it is told', async () => {
  using folder = temporaryDirectory()
  const file = join(folder.path, 'world.json')
  const faults = [{ path: '/stacks', times: 1, what: { kind: 'html', status: 502 } }]
  writeFileSync(file, JSON.stringify({ ...world([{}]), keys: [], faults }))
  const child = spawn(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url)), file], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  try {
    const [address] = await once(createInterface(child.stdout), 'line')
    await using api = cattle(cattleAddress(String(address)), {
      patience: { connectMs: 2000, requestMs: 5000, attempts: 2, firstWaitMs: 5 },
    })
    const { signal } = new AbortController()
    const { items } = await api.list('stacks', Stack, { project: '1a5', signal })
    expect(items.map(({ name }) => name)).toEqual(['app'])
  } finally {
    child.kill('SIGTERM')
  }
  expect(await exit).toEqual([0, null])
})
