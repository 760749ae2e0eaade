import type { Finding, Json, Quiescer, Workload } from '@salvage-kit/core'
import { surveyEngine } from '../src/discovery/survey.ts'
import { dockerQuiescers } from '../src/quiesce/quiescers.ts'
import type { Bench } from './bench.ts'
import { calm } from './bench.ts'

/** One workload under the quiescers that its labels ask for, as a run would drive them. */
export interface Act {
  readonly workload: Workload
  /** Prepares all, then brings to rest in order; rejects with the first failure. */
  hold(): Promise<void>
  /** Puts back in reverse, each as far as it came; resolves with the codes of all findings. */
  release(): Promise<string[]>
  /** Waits for its health; resolves with all findings. */
  healthy(): Promise<readonly Finding[]>
  /** The reasons why it did not stay at rest. */
  disturbances(): Promise<string[]>
}

/** A quiescer of the engine under test. */
export function quiescerOf(on: Pick<Bench, 'engine'>, id: string): Quiescer {
  const found = dockerQuiescers(on.engine).find((one) => one.id === id)
  if (found === undefined) throw new Error(`no quiescer ${id}`)
  return found
}

/** Finds the workload by the name of its container. */
export async function act(on: Pick<Bench, 'engine'>, name: string): Promise<Act> {
  const { workloads } = await surveyEngine(on.engine, calm())
  const workload = workloads.find((one) => one.name === name)
  if (workload === undefined) throw new Error(`no workload ${name}`)
  const steps: { quiescer: Quiescer; token: Json; quiesced: 'yes' | 'maybe' | 'no' }[] = []
  return {
    workload,
    async hold() {
      for (const { quiescer: id, settings } of workload.quiesce) {
        const quiescer = quiescerOf(on, id)
        steps.push({ quiescer, token: await quiescer.prepare(workload.id, settings, calm()), quiesced: 'no' })
      }
      for (const step of steps) {
        step.quiesced = 'maybe'
        await step.quiescer.quiesce(step.token, calm())
        step.quiesced = 'yes'
      }
    },
    async release() {
      const codes: string[] = []
      for (const { quiescer, token, quiesced } of steps.toReversed()) {
        if (quiesced === 'no') continue
        const findings = await quiescer.resume(token, { ...calm(), quiesced })
        codes.push(...findings.map(({ code }) => code))
      }
      return codes
    },
    async healthy() {
      const found: Finding[] = []
      for (const { quiescer, token } of steps) found.push(...((await quiescer.healthy?.(token, calm())) ?? []))
      return found
    },
    async disturbances() {
      const reasons: string[] = []
      for (const { quiescer, token } of steps) {
        const verdict = await quiescer.atRest?.(token, calm())
        if (verdict?.atRest === false) reasons.push(verdict.why)
      }
      return reasons
    },
  }
}

/** What happened to a container since `sinceMs`, shortened: `exec` for a command, creation and its like left out. */
export async function story(on: Bench, container: string, sinceMs: number): Promise<string[]> {
  const untilMs = await on.engine.now(calm())
  const told: string[] = []
  for await (const { action } of await on.engine.events({ sinceMs, untilMs, container, actions: [] }, calm())) {
    if (action.startsWith('exec_create')) told.push('exec')
    else if (['kill', 'die', 'stop', 'start', 'pause', 'unpause', 'destroy', 'restart'].includes(action))
      told.push(action)
  }
  return told
}
