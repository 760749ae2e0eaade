import { setTimeout as sleep } from 'node:timers/promises'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { uptime } from './uptime.ts'

/** What comes over a run, or over all of them at once. */
export interface Blow {
  readonly name: string
  /** The tool dies too, or lives on. */
  readonly kills: boolean
  /** What the cluster loses, or its node; resolves when it is there again. Absent: the tool alone is struck. */
  readonly strike?: (on: KubernetesCluster) => Promise<void>
}

/** One of them; of ten five are a killed tool alone. */
export function blowOf(random: () => number): Blow {
  const kind = random()
  const kills = random() < 0.5
  const awayMs = Math.round(random() * 3000)
  const cutMs = 1000 + Math.round(random() * 44_000)
  if (kind < 0.5) return { name: 'SIGKILL', kills: true }
  if (kind < 0.7)
    return {
      name: `API server killed for ${String(awayMs)} ms`,
      kills,
      strike: async (on) => restarted(on, 'kill', awayMs),
    }
  if (kind < 0.8)
    return {
      name: `API server stopped for ${String(awayMs)} ms`,
      kills,
      strike: async (on) => restarted(on, 'stop', awayMs),
    }
  return { name: `network cut for ${String(cutMs)} ms`, kills, strike: async (on) => cutOff(on, cutMs) }
}

/** One blow for each lane: what strikes all of them waits until all are ready, and strikes once. */
export interface Round {
  readonly blow: Blow
  /** Resolves when the run of a lane may begin. */
  begin(): Promise<void>
  /** Told that a run is at its moment: what strikes all comes when half of them are. */
  arrive(): void
  /** Resolves with {@link uptime} when it strikes all; never when it strikes a tool alone. */
  readonly struck: Promise<number>
  /** Resolves when it is over. */
  readonly over: Promise<void>
}

/** See {@link Round}; `lanes` is how many take part. */
export function roundOf(on: KubernetesCluster, blow: Blow, lanes: number): Round {
  const { strike } = blow
  const ready = Promise.withResolvers<void>()
  const struck = Promise.withResolvers<number>()
  let begun = 0
  let arrived = 0
  return {
    blow,
    over: strike === undefined ? Promise.resolve() : struck.promise.then(async () => strike(on)),
    begin: async () => {
      begun += 1
      if (begun === lanes) ready.resolve()
      if (strike !== undefined) await ready.promise
    },
    arrive: () => {
      arrived += 1
      if (strike !== undefined && arrived * 2 >= lanes) struck.resolve(uptime())
    },
    struck: struck.promise,
  }
}

async function restarted(on: KubernetesCluster, end: 'kill' | 'stop', awayMs: number): Promise<void> {
  const server = on.machinery?.apiServer
  if (server === undefined) throw new Error('the cluster is not of the testbed')
  await server[end]()
  await sleep(awayMs)
  await server.start()
}

async function cutOff(on: KubernetesCluster, ms: number): Promise<void> {
  const node = on.machinery?.node
  if (node === undefined) throw new Error('the node is out of reach')
  await node.run('ip', ['link', 'set', 'eth0', 'down'])
  await sleep(ms)
  await node.run('ip', ['link', 'set', 'eth0', 'up'])
}
