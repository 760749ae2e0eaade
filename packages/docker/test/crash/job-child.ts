/* A job in a process of its own: `node job-child.ts HOST KILL`, the latter as JSON; it dies on the way. */
import { text } from 'node:stream/consumers'
import { z } from 'zod'
import { dockerodeEngine } from '../../src/dockerode-engine.ts'
import { dockerJobs } from '../../src/job/job-port.ts'
import { dyingAt } from './dying-at.ts'

const [host = '', kill = ''] = process.argv.slice(2)
const Kill = z.object({ call: z.string(), moment: z.enum(['before', 'during', 'after']) })
const engine = dyingAt(dockerodeEngine({ host }), Kill.parse(JSON.parse(kill)))
const command = (script: string) => ({ argv: ['sh', '-c', script], environment: {} })
const job = {
  image: 'salvage-test/busybox',
  environment: {},
  commands: [command('echo a > /dump/a; sleep 0.3'), command('echo b > /dump/b')],
}
const options = { signal: new AbortController().signal, targetDirectory: '/dump', runId: 'r1' }
for await (const file of dockerJobs(engine, { network: 'none' }).run(job, options)) await text(file.content)
