import { isCertainlyDead, thisProcess } from '../../src/crane/process-identity.ts'
import { dockerodeEngine } from '../../src/dockerode-engine.ts'

// Says whether the process of the argument is certainly dead.
const engine = dockerodeEngine({ host: 'unix:///nowhere' })
const options = { signal: new AbortController().signal }
const own = await thisProcess(engine, options)
const label = JSON.stringify({ ...JSON.parse(own ?? '{}'), pid: Number(process.argv[2]), start: '1' })
console.log(await isCertainlyDead(engine, label, options))
