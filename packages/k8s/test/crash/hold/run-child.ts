import { once } from 'node:events'
import { writeSync } from 'node:fs'
import { isSalvageError, run } from '@salvage-kit/core'
import { connect } from '../../../src/index.ts'
import { planOn, rigOn } from './rig.ts'

// One run of a namespace, planned, and begun when it is told to. Says `planned`, the type of each event, and `ended OUTCOME` or `failed CODE`.
const [kubeconfig = '', namespace = '', runId = ''] = process.argv.slice(2)
const { signal } = new AbortController()
await using cluster = await connect({ kubeconfig, environment: {} })
const rig = rigOn(cluster, namespace, ({ type }) => {
  writeSync(1, `${type}\n`)
})
try {
  const plan = await planOn(rig, runId, { signal })
  const told = once(process.stdin, 'data')
  writeSync(1, 'planned\n')
  await told
  const report = await run(rig, plan)
  writeSync(
    1,
    `ended ${report.outcome} ${JSON.stringify(report.groups.map(({ targets, tainted }) => [targets, tainted]))}\n`,
  )
} catch (error) {
  if (!isSalvageError(error)) throw error
  writeSync(1, `failed ${error.code} ${error.message}\n`)
}
process.stdin.destroy()
