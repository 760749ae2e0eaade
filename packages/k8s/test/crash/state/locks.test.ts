import { kubernetesCluster, part } from '@salvage-kit/testbed'
import type { KubernetesCluster } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startChild } from '../../../../core/test/crash/child-process.ts'
import type { Child } from '../../../../core/test/crash/child-process.ts'

const DAY_MS = 86_400_000
/** Longer than a lease stands, and its holder is seen as dead. */
const ADOPTED_MS = 60_000

function podOf(of: { readonly all: readonly Child[] }, at: number): Child {
  const pod = of.all[at]
  if (pod === undefined) throw new Error('there is no such pod')
  return pod
}

describe.skipIf(!part('kubernetes-api').available)('pods that share locks', () => {
  let kubernetes: KubernetesCluster
  let names = 0

  beforeAll(async () => {
    kubernetes = await kubernetesCluster({ level: 'api' })
  })
  afterAll(async () => {
    await kubernetes?.[Symbol.asyncDispose]()
  })

  /** Pods of one place of their own, with their clocks as wrong as it says. */
  async function pods(...skews: readonly number[]): Promise<AsyncDisposable & { readonly all: readonly Child[] }> {
    names += 1
    const name = `locks-${String(names)}`
    const stack = new AsyncDisposableStack()
    const all = skews.map((skew) =>
      stack.use(startChild(new URL('pod-child.ts', import.meta.url).href, kubernetes.kubeconfig, name, String(skew))),
    )
    await Promise.all(all.map(async (pod) => pod.line('ready')))
    return { all, [Symbol.asyncDispose]: async () => stack.disposeAsync() }
  }

  it('two of one CronJob at once: one runs, the other is told that it does', async () => {
    await using both = await pods(0, 0)
    const answers = await Promise.all(both.all.map(async (pod, at) => pod.ask(`acquire run-${String(at)} a b`)))
    expect(answers.map((answer) => answer.replace(/run-\d/, 'RUN')).toSorted()).toEqual([
      'failed RUN LOCK.BUSY',
      'held RUN',
    ])
  })

  it(
    'whoever was killed is taken over, by one, with all that it had opened, whatever the clocks say',
    async () => {
      await using all = await pods(0, DAY_MS, -DAY_MS)
      const [dying, ...others] = [podOf(all, 0), podOf(all, 1), podOf(all, 2)]
      expect(await dying.ask('acquire dead a b')).toBe('held dead')
      expect(await dying.ask('open dead')).toBe('opened dead')
      expect(await podOf(all, 1).ask('adopt dead')).toBe('refused dead')
      await dying.kill()
      const answers = await Promise.all(others.map(async (pod) => pod.ask('adopt dead')))
      expect(answers.toSorted()).toEqual(['adopted(1) dead', 'refused dead'])
      const loser = others[answers.indexOf('refused dead')]
      expect(await loser?.ask('acquire next b')).toBe('failed next LOCK.BUSY')
      await others[answers.indexOf('adopted(1) dead')]?.ask('release dead')
      expect(await loser?.ask('acquire next b')).toBe('held next')
    },
    ADOPTED_MS * 3,
  )

  it(
    'one that stood still and goes on does nothing more',
    async () => {
      await using both = await pods(0, 0)
      const [stopped, other] = [podOf(both, 0), podOf(both, 1)]
      expect(await stopped.ask('acquire run a')).toBe('held run')
      expect(await stopped.ask('open run')).toBe('opened run')
      expect(await stopped.ask('make before')).toBe('made before')
      stopped.signal('SIGSTOP')
      expect(await other.ask('adopt run')).toBe('adopted(1) run')
      // What it is about to do waits in its input, and comes before any renewal.
      const effect = stopped.ask('make after')
      stopped.signal('SIGCONT')
      expect(await effect).toBe('failed after LOCK.LOST')
      expect(await stopped.ask('open run')).toBe('failed run LOCK.LOST')
      expect(await stopped.ask('release run')).toBe('released run')
      expect(await kubernetes.kubectl(['get', 'configmaps', '-o', 'name'])).not.toContain('configmap/after')
      // The run is still with whoever took it over.
      expect(await stopped.ask('acquire again a')).toBe('failed again LOCK.BUSY')
      expect(await other.ask('open run')).toBe('opened run')
    },
    ADOPTED_MS * 2,
  )

  it(
    'an API server that is away for longer than a lease stands takes no lock from anybody who lives',
    async () => {
      await using both = await pods(0, 0)
      const apiServer = kubernetes.machinery?.apiServer
      if (apiServer === undefined) throw new Error('the cluster is not of the testbed')
      expect(await podOf(both, 0).ask('acquire run a')).toBe('held run')
      const asked = podOf(both, 1).ask('adopt run')
      apiServer.freeze()
      await new Promise((resolve) => setTimeout(resolve, 6000))
      apiServer.thaw()
      expect(await asked).toBe('refused run')
      expect(await podOf(both, 0).ask('open run')).toBe('opened run')
    },
    ADOPTED_MS * 2,
  )
})
