/* One lift in a process of its own: `node crane-child.ts HOST REF SOURCE SETTINGS KILL`, all but the first as JSON. */
import { containerCrane } from '../../src/crane/container-crane.ts'
import { dockerodeEngine } from '../../src/dockerode-engine.ts'
import { CraneCase } from './crane-case.ts'
import { dyingAt } from './dying-at.ts'

const [host = '', text = ''] = process.argv.slice(2)
const { ref, source, cranes, kill } = CraneCase.parse(JSON.parse(text))

const engine = dyingAt(dockerodeEngine({ host }), kill)
const crane = containerCrane(async () => engine, { cranes })
await crane.lift(ref, source, { signal: new AbortController().signal })
