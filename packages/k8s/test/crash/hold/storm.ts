import { setTimeout as sleep } from 'node:timers/promises'
import type { KubernetesCluster } from '@salvage-kit/testbed'

/** What comes over all runs at once. */
export interface Blow {
  readonly name: string
  /** The tool dies too, or lives on. */
  readonly kills: boolean
  /** Resolves when what it took is there again. */
  readonly strike: (on: KubernetesCluster) => Promise<void>
}

/** One of them; of ten six are a killed tool alone. */
export function blowOf(random: () => number): Blow {
  const kind = random()
  const kills = random() < 0.5
  const awayMs = Math.round(random() * 3000)
  if (kind < 0.6) return { name: 'SIGKILL', kills: true, strike: async () => undefined }
  if (kind < 0.8)
    return {
      name: `API server killed for ${String(awayMs)} ms`,
      kills,
      strike: async (on) => restarted(on, 'kill', awayMs),
    }
  if (kind < 0.9)
    return {
      name: `API server stopped for ${String(awayMs)} ms`,
      kills,
      strike: async (on) => restarted(on, 'stop', awayMs),
    }
  const cutMs = 1000 + Math.round(random() * 44_000)
  return { name: `network cut for ${String(cutMs)} ms`, kills, strike: async (on) => cutOff(on, cutMs) }
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
