import { writeSync } from 'node:fs'
import type { Cluster } from '../../../src/index.ts'
import { connect, scaleQuiescer } from '../../../src/index.ts'

/**
 * Scales a workload to zero and back, and dies `before`, `during` or `after` its call of this number. Says its token first, and
 * `done` when it has outlived all.
 */
const [kubeconfig = '', id = '', when = '', number = ''] = process.argv.slice(2)
const options = { signal: new AbortController().signal }
const real = await connect({ kubeconfig, environment: {} })
const token = await scaleQuiescer(real).prepare(id, {}, options)
writeSync(1, `${JSON.stringify(token)}\n`)
let count = 0
const cluster: Cluster = {
  ...real,
  get: (kind, at, call) => mortal(() => real.get(kind, at, call)),
  patch: (kind, at, change, call) => mortal(() => real.patch(kind, at, change, call)),
}
const quiescer = scaleQuiescer(cluster)
await quiescer.quiesce(token, options)
await quiescer.resume(token, { ...options, quiesced: 'yes' })
writeSync(1, 'done\n')
await real[Symbol.asyncDispose]()

async function mortal<T>(call: () => Promise<T>): Promise<T> {
  count += 1
  const last = count === Number(number)
  if (last && when === 'before') die()
  const answer = call()
  if (last && when === 'during') setTimeout(die, id.length % 4)
  const told = await answer
  if (last && when === 'after') die()
  return told
}

function die(): void {
  process.kill(process.pid, 'SIGKILL')
}
