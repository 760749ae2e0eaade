import { writeSync } from 'node:fs'
import { createInterface } from 'node:readline'
import type { RunLock } from '@salvage-kit/core'
import { connect } from '../../../src/client/connect.ts'
import { KINDS } from '../../../src/resource/kind.ts'
import { clusterState } from '../../../src/state/cluster-state.ts'

// A pod: does what it is told, a line at a time, with `acquire RUN KEY…`, `adopt RUN`, `release RUN`, `open RUN`, `make NAME`,
// and answers with what came of it. Its clock may be wrong.
const [kubeconfig, name, skewMs = '0'] = process.argv.slice(2)
if (kubeconfig === undefined || name === undefined) throw new Error('usage: pod-child KUBECONFIG NAME [SKEW_MS]')

const rightNow = Date.now
const wrongNow = (): number => rightNow() + Number(skewMs)
globalThis.Date = new Proxy(Date, {
  construct: (target, args): Date => (args.length === 0 ? new target(wrongNow()) : Reflect.construct(target, args)),
})
Date.now = wrongNow

await using cluster = await connect({ kubeconfig, environment: {} })
const settings = { namespace: 'default', name, leaseSeconds: 4, renewMs: 400 }
const state = clusterState(cluster, settings)
const held = new Map<string, RunLock>()
const signal = AbortSignal.timeout(60_000)

async function answerTo(verb: string, what: string, keys: readonly string[]): Promise<string> {
  switch (verb) {
    case 'acquire':
      held.set(what, await state.locks.acquire(what, keys))
      return 'held'
    case 'adopt': {
      const lock = await state.locks.adopt(what)
      if (lock === undefined) return 'refused'
      held.set(what, lock)
      return `adopted(${String((await state.journal.pending(what)).length)})`
    }
    case 'release':
      await held.get(what)?.[Symbol.asyncDispose]()
      return 'released'
    case 'open':
      await state.journal.open([{ runId: what, order: 0, undo: { kind: 'swap', target: 'dir:/x', token: 1 } }])
      return 'opened'
    case 'make': {
      const metadata = { name: what, namespace: 'default' }
      await state.cluster.create(KINDS.configMap, { apiVersion: 'v1', kind: 'ConfigMap', metadata }, { signal })
      return 'made'
    }
    default:
      throw new Error(`no such verb: ${verb}`)
  }
}

writeSync(1, 'ready\n')
for await (const line of createInterface(process.stdin)) {
  const [verb = '', what = '', ...keys] = line.split(' ')
  try {
    writeSync(1, `${await answerTo(verb, what, keys)} ${what}\n`)
  } catch (error) {
    writeSync(1, `failed ${what} ${error instanceof Error && 'code' in error ? String(error.code) : String(error)}\n`)
  }
}
