import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { locksContract } from '../testing/locks-contract.ts'
import { memoryLocks } from './memory-locks.ts'
import { sqliteLocks } from './sqlite-locks.ts'

locksContract('memory', async () => {
  const locks = memoryLocks()
  const kill = async (): Promise<void> => locks.kill('run-1')
  return { one: locks, two: locks, kill, [Symbol.asyncDispose]: async () => Promise.resolve() }
})

/** Two rigs of one process, which share nothing but their directory. */
locksContract('sqlite', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'salvage-locks-'))
  const locks = (): ReturnType<typeof sqliteLocks> => sqliteLocks(join(directory, 'locks'))
  return { one: locks(), two: locks(), [Symbol.asyncDispose]: async () => rmSync(directory, { recursive: true }) }
})
