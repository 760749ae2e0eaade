import { execFile, spawn } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gunzipSync } from 'node:zlib'
import { findPart, temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import type { DumpJob } from '../../src/index.ts'
import { mongodbJob } from '../../src/v1/own-job/mongodb.ts'
import { proofOf } from '../../src/v1/backend/proof.ts'

const run = promisify(execFile)
/** Built on request only: no part that everybody has to have. */
const mongo = findPart('mongodb')
const PASSWORD = `p'a"$x\`y\\: #`

const environment = (own: Readonly<Record<string, string>>): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: `${mongo.address}:${process.env['PATH'] ?? ''}`,
  ...own,
})

/** What the only command of a job prints, run on this machine. */
async function output({ environment: own, commands }: DumpJob): Promise<Buffer> {
  const [{ entrypoint: [program = ''] = [], argv } = { argv: [] }] = commands
  const options = { env: environment(own), encoding: 'buffer', maxBuffer: 2 ** 28 } as const
  return (await run(program, [...argv], options)).stdout
}

async function fault(bytes: Buffer): Promise<string | undefined> {
  const proof = proofOf()
  await proof.take(bytes)
  return proof.fault()
}

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function freePort(): Promise<number> {
  const listener = createServer().listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const address = listener.address()
  listener.close()
  return typeof address === 'object' && address !== null ? address.port : 0
}

test.skipIf(!mongo.available)(
  'MongoDB is dumped by its own tools, and what broke off is no dump',
  async () => {
    using folder = temporaryDirectory()
    const port = await freePort()
    mkdirSync(join(folder.path, 'data'))
    const server = spawn(join(mongo.address, 'server'), [`127.0.0.1:${String(port)}`, join(folder.path, 'data')], {
      stdio: 'ignore',
    })
    const ended = once(server, 'close')
    try {
      const address = `127.0.0.1:${String(port)}`
      const job = mongodbJob({ env: {}, address, image: 'mongo', targetDirectory: '/dump', images: {} })
      // What is no server yet makes the tool wait for half a minute.
      const isUp = async (): Promise<boolean> => answers(port)
      for (let left = 100; left > 0 && !(await isUp()); left -= 1) await sleep(100)
      const dump = await output(job)
      expect(gunzipSync(dump).length).toBeGreaterThan(0)
      expect(await fault(dump)).toBeUndefined()
      expect(await fault(dump.subarray(0, -12))).toMatch(/unpacked/)
    } finally {
      server.kill('SIGKILL')
      await ended
    }
  },
  60_000,
)

/** A program that shows how it was called, for what a server would have to know. */
test.each([
  [
    'by a file, where the tools know one',
    '--config=',
    'case $1 in --help) echo "--config=<file>"; exit;; esac; cat "${1#--config=}"',
  ],
  ['by its input, where they do not', '--host', 'case $1 in --help) exit;; esac; cat'],
])('a password comes to the tools %s, and stands in no argument', async (_, first, script) => {
  using folder = temporaryDirectory()
  writeFileSync(join(folder.path, 'mongodump'), `#!/bin/sh\n${script}\nprintf '%s\\n' "$@" >&2\n`, { mode: 0o755 })
  const env = { MONGO_INITDB_ROOT_USERNAME: 'me', MONGO_INITDB_ROOT_PASSWORD: PASSWORD }
  const job = mongodbJob({ env, address: '10.0.0.1', image: 'mongo', targetDirectory: '/dump', images: {} })
  const [{ entrypoint: [program = ''] = [], argv } = { argv: [] }] = job.commands
  const path = `${folder.path}:${process.env['PATH'] ?? ''}`
  const variables = { ...process.env, ...job.environment, PATH: path, TMPDIR: folder.path }
  const { stdout, stderr } = await run(program, [...argv], { env: variables })
  expect(stderr.split('\n')[0]).toMatch(first)
  expect(stderr).not.toContain(PASSWORD)
  expect(stdout).toBe(first === '--host' ? `${PASSWORD}\n` : `password: ${JSON.stringify(PASSWORD)}\n`)
})
