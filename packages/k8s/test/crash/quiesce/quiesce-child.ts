import { connect, kubernetes } from '../../../src/index.ts'

/** Brings a workload to rest as its annotations say, and stays until it is killed. Says its token, and `held`. */
const [kubeconfig = '', id = ''] = process.argv.slice(2)
const options = { signal: new AbortController().signal }
const cluster = await connect({ kubeconfig, environment: {} })
const namespace = id.slice('k8s:'.length).split('/')[0] ?? ''
const backend = kubernetes(cluster, { namespaces: [namespace] })
const survey = await backend.discovery?.survey(options)
const [choice] = survey?.workloads.find((one) => one.id === id)?.quiesce ?? []
const quiescer = backend.quiescers?.find((one) => one.id === choice?.quiescer)
if (choice === undefined || quiescer === undefined) throw new Error(`nothing to do for ${id}`)
const token = await quiescer.prepare(id, choice.settings, options)
process.stdout.write(`${JSON.stringify(token)}\n`)
await quiescer.quiesce(token, options)
process.stdout.write('held\n')
setInterval(() => {}, 1000)
