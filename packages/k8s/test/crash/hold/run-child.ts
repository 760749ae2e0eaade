import { on } from 'node:events'
import { writeSync } from 'node:fs'
import { isSalvageError, run } from '@salvage-kit/core'
import { connect } from '../../../src/index.ts'
import { laneKind } from './kind.ts'
import { planOn, rigOn } from './rig.ts'

// One run of a namespace, planned when it is told to, and begun when it is told to. Says `ready`, `planned`, the type of each event, and
// `ended OUTCOME` or `failed CODE`.
const [kubeconfig = '', namespace = '', kindName = '', runId = ''] = process.argv.slice(2)
const kind = laneKind(kindName)
const { signal } = new AbortController()
const told = on(process.stdin, 'data')
writeSync(1, 'ready\n')
await told.next()
await using cluster = await connect({ kubeconfig, environment: {} })
const rig = rigOn(cluster, { namespace, kind }, ({ type }) => {
  writeSync(1, `${type}\n`)
})
try {
  const plan = await planOn(rig, kind, runId, { signal })
  writeSync(1, 'planned\n')
  await told.next()
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
