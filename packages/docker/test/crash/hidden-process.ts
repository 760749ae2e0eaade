import { isCertainlyDead, thisProcess } from '../../src/crane/process-identity.ts'
import { dockerodeEngine } from '../../src/dockerode-engine.ts'

// Says whether the process of the argument is certainly dead.
const own = await thisProcess()
const label = JSON.stringify({ ...JSON.parse(own ?? '{}'), pid: Number(process.argv[2]), start: '1' })
const engine = dockerodeEngine({ host: 'unix:///nowhere' })
console.log(await isCertainlyDead(engine, label, { signal: new AbortController().signal }))
