import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { startChild } from './child-process.ts'

const ROUNDS = 120
const directory = mkdtempSync(join(tmpdir(), 'salvage-first-'))
afterEach(() => rmSync(directory, { recursive: true, force: true }))

test('processes that start for the first time at once all find the journal and the catalog, whoever makes them', async () => {
  await using children = new AsyncDisposableStack()
  const openers = ['a', 'b', 'c'].map(() => children.use(startChild('opener.ts')))
  for (let round = 0; round < ROUNDS; round += 1) {
    const request = `${join(directory, String(round))} ${String(Date.now() + 15)}`
    const answers = await Promise.all(openers.map((opener) => opener.ask(request)))
    expect(answers, `round ${String(round)}`).toEqual(openers.map(() => 'opened'))
  }
})
