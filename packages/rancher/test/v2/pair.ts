import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { isSalvageError } from '@salvage-kit/core'
import type { SalvageError } from '@salvage-kit/core'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect } from 'vitest'
import { rancher } from '../../src/v2/index.ts'
import type { Rancher, RancherSettings } from '../../src/v2/index.ts'
import { startSimulator } from '../simulator-v2/server.ts'
import type { Simulator, SimulatorOptions } from '../simulator-v2/server.ts'
import type { WorldInput } from '../simulator-v2/world.ts'

const SECRET = 's3cret-of-the-token'
/** The token that the client has unless a test says another. */
export const BEARER = `token-abcde:${SECRET}`
export const HASTY = { connectMs: 2000, requestMs: 400, attempts: 3, firstWaitMs: 5 }

/** A server and a client of it. */
export interface Pair extends AsyncDisposable {
  readonly api: Rancher
  readonly simulator: Simulator
  /** Replaces the client's token, as an administrator does. */
  readonly setToken: (text: string) => void
}

/** Both, over loopback. */
export async function pair(
  world: Partial<WorldInput> = {},
  options: SimulatorOptions = {},
  settings: Partial<RancherSettings> = {},
): Promise<Pair> {
  const folder = temporaryDirectory()
  const simulator = await startSimulator({ clusters: [], tokens: [{ bearer: BEARER }], ...world }, options)
  const tokenFile = join(folder.path, 'token')
  const setToken = (text: string): void => writeFileSync(tokenFile, text, { mode: 0o600 })
  setToken(`${BEARER}\n`)
  const api = rancher({ url: simulator.origin, tokenFile, patience: HASTY, ...settings })
  return {
    api,
    simulator,
    setToken,
    async [Symbol.asyncDispose](): Promise<void> {
      await api[Symbol.asyncDispose]()
      await simulator[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

/** What a call fails with; it never holds the secret. */
export async function failure(promise: Promise<unknown>): Promise<SalvageError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (!isSalvageError(error)) throw new Error('it did not fail as it should', { cause: error })
  expect(JSON.stringify([error.message, error.why, error.hint, String(error.stack)])).not.toContain(SECRET)
  return error
}
