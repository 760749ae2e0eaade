import { once } from 'node:events'
import { mkdirSync, statSync } from 'node:fs'
import { request } from 'node:http'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createRedactor } from '@salvage-kit/core'
import type { RunEvent } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { askStatus } from './client.ts'
import { serve } from './server.ts'
import type { Answers } from './server.ts'

const secret = 'hunter2secret'
const finding = { code: 'DOCKER.UNREACHABLE', message: `it said ${secret}` }
const event: RunEvent = { type: 'warning', finding }

function answers(): Answers {
  const { add, redact } = createRedactor()
  add(secret)
  return {
    redact,
    unready: () => [finding],
    status: async () => ({ version: 1, machine: 'm', tides: [], problems: [finding] }),
    trigger: (_tide, follow) => {
      setImmediate(() => follow?.(event))
      const ended = new Promise<Awaited<ReturnType<Answers['trigger']>['ended']>>((resolve) => {
        setTimeout(resolve, 20, { exitCode: 2, finding, delivered: Promise.resolve([]) })
      })
      return { runId: 'r', ended }
    },
  }
}

async function ask(socketPath: string, method: string, path: string): Promise<string> {
  const asked = request({ socketPath, method, path })
  asked.end()
  const [answer] = await once(asked, 'response')
  return text(answer)
}

test('only its owner reaches the socket, and nothing else is made with that mask', async () => {
  using folder = temporaryDirectory()
  const path = join(folder.path, 'daemon.sock')
  const serving = serve(path, answers())
  // Others go on meanwhile; with that mask they could not enter their own directory.
  const directory = join(folder.path, 'directory')
  mkdirSync(directory)
  expect(statSync(directory).mode & 0o700).toBe(0o700)
  await using _server = await serving
  expect(statSync(path).mode & 0o777).toBe(0o600)
})

test('no answer has a secret in it', async () => {
  using folder = temporaryDirectory()
  const path = join(folder.path, 'daemon.sock')
  await using _server = await serve(path, answers())
  const said = await Promise.all([
    ask(path, 'GET', '/status'),
    ask(path, 'GET', '/readyz'),
    ask(path, 'POST', '/tides/t/run?follow=1'),
  ])
  for (const one of said) expect(one).toContain('it said ***')
  expect(said[2]?.trim().split('\n')).toHaveLength(2)
  expect(said.join()).not.toContain(secret)
})

test('a daemon that does not answer is not waited for without end', async () => {
  using folder = temporaryDirectory()
  const path = join(folder.path, 'silent.sock')
  const silent = createServer(() => undefined).listen(path)
  await once(silent, 'listening')
  const { signal } = new AbortController()
  await expect(askStatus(path, { signal, patienceMs: 50 })).rejects.toMatchObject({ code: 'DAEMON.SILENT' })
  silent.close()
})
