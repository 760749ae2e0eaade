import type { DockerEngine } from '../../src/engine.ts'

/** Where in its work a process is to die. */
export interface Kill {
  /** A verb of the engine. */
  readonly call: string
  readonly moment: 'before' | 'during' | 'after'
}

/** Ends this process at once just before or just after one kind of call to the engine, as an OOM kill would. */
export function dyingAt(engine: DockerEngine, { call, moment }: Kill): DockerEngine {
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
