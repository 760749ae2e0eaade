import { kubernetesCluster, part } from '@salvage-kit/testbed'
import { expect, describe, it } from 'vitest'
import { connect } from '../../../src/client/connect.ts'
import { KINDS } from '../../../src/resource/kind.ts'

const options = { signal: new AbortController().signal }
const namespace = 'default'

/** Says a line at once, waits to be told to go on, says another one and ends. */
const SCRIPT = 'echo begin; while [ ! -e /tmp/go ]; do sleep 0.1; done; echo end'

describe.skipIf(!part('kubernetes').available)('a pod that runs', () => {
  it('is watched, has its log followed to its end, and a program run in it', async () => {
    await using kubernetes = await kubernetesCluster({ level: 'node' })
    await using cluster = await connect({ kubeconfig: kubernetes.kubeconfig, environment: {} })
    const main = {
      name: 'main',
      image: 'salvage-test/busybox',
      imagePullPolicy: 'Never',
      command: ['sh', '-c', SCRIPT],
    }
    const pod = {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'client-log', namespace },
      spec: { restartPolicy: 'Never', terminationGracePeriodSeconds: 0, containers: [main] },
    }
    const scope = { namespace, fieldSelector: 'metadata.name=client-log' }
    const phases = cluster.watch(KINDS.pod, scope, options)[Symbol.asyncIterator]()
    expect((await phases.next()).value).toBe('ready')
    await cluster.create(KINDS.pod, pod, options)
    for (let running = false; !running;) {
      const { value } = await phases.next()
      running = value !== 'ready' && JSON.stringify(value?.object.status ?? null).includes('"phase":"Running"')
    }
    await phases.return?.()
    const lines: string[] = []
    for await (const line of cluster.log({ namespace, pod: 'client-log', container: 'main', follow: true }, options)) {
      lines.push(line)
      if (line !== 'begin') continue
      const command = ['touch', '/tmp/go']
      await using session = await cluster.exec({ namespace, pod: 'client-log', container: 'main', command }, options)
      session.stdout.resume()
      session.stderr.resume()
      expect(await session.ended).toEqual({ code: 0 })
    }
    expect(lines).toEqual(['begin', 'end'])
    await cluster.remove(KINDS.pod, { namespace, name: 'client-log' }, options)
  })
})
