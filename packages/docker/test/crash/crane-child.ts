/* One lift in a process of its own: `node crane-child.ts HOST REF SOURCE SETTINGS KILL`, all but the first as JSON. */
import type { z } from 'zod'
import { containerCrane } from '../../src/crane/container-crane.ts'
import type { DockerEngine } from '../../src/engine.ts'
import { dockerodeEngine } from '../../src/dockerode-engine.ts'
import { CraneCase } from './crane-case.ts'

const [host = '', text = ''] = process.argv.slice(2)
const { ref, source, cranes, kill } = CraneCase.parse(JSON.parse(text))

/** Ends this process at once just before or just after one kind of call to the engine, as an OOM kill would. */
function dyingAt(engine: DockerEngine, { call, moment }: z.infer<typeof CraneCase>['kill']): DockerEngine {
  return new Proxy(engine, {
    get(target, name: keyof DockerEngine) {
      const method: unknown = target[name]
      if (name !== call || typeof method !== 'function') return method
      return (...args: unknown[]): unknown => {
        if (moment === 'before') process.kill(process.pid, 'SIGKILL')
        const result: unknown = Reflect.apply(method, target, args)
        if (moment === 'during') setTimeout(() => process.kill(process.pid, 'SIGKILL'), 20)
        else if (result instanceof Promise) return result.then(() => process.kill(process.pid, 'SIGKILL'))
        else process.kill(process.pid, 'SIGKILL')
        return result
      }
    },
  })
}

const engine = dyingAt(dockerodeEngine({ host }), kill)
const crane = containerCrane(async () => engine, { cranes })
await crane.lift(ref, source, { signal: new AbortController().signal })
