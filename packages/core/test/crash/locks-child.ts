import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { RunLock } from '../../src/lock/locks.ts'
import { sqliteLocks } from '../../src/lock/sqlite-locks.ts'

// Does what it is told, a line at a time: `acquire RUN KEY…`, `adopt RUN`, `release RUN`; answers with what came of it.
const [directory] = process.argv.slice(2)
if (directory === undefined) throw new Error('usage: locks-child DIRECTORY')

const locks = sqliteLocks(directory)
const held = new Map<string, RunLock>()

async function answerTo(verb: string, runId: string, keys: readonly string[]): Promise<string> {
  switch (verb) {
    case 'acquire':
      held.set(runId, await locks.acquire(runId, keys))
      return 'held'
    case 'adopt': {
      const lock = await locks.adopt(runId)
      if (lock === undefined) return 'refused'
      held.set(runId, lock)
      return 'adopted'
    }
    case 'release':
      await held.get(runId)?.[Symbol.asyncDispose]()
      return 'released'
    default:
      throw new Error(`no such verb: ${verb}`)
  }
}

writeSync(1, 'ready\n')
for await (const line of createInterface(process.stdin)) {
  const [verb = '', runId = '', ...keys] = line.split(' ')
  try {
    writeSync(1, `${await answerTo(verb, runId, keys)} ${runId}\n`)
  } catch (error) {
    writeSync(1, `failed ${runId} ${error instanceof Error && 'code' in error ? String(error.code) : String(error)}\n`)
  }
}
