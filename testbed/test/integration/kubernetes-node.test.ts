import { once } from 'node:events'
import { createServer } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { kubernetesCluster, part } from '../../src/index.ts'
import type { KubernetesCluster } from '../../src/index.ts'
import { claim, pod, snapshot } from '../kubernetes/manifests.ts'

const kubernetes = part('kubernetes')
/** A cluster of the user's is not the testbed's. */
const theirs = (process.env['KUBECONFIG'] ?? '') !== ''
/** Writes numbers to two files in turn, each on the disk before the next. */
const WRITER = 'n=0; while :; do n=$((n+1)); for f in /left/log /right/log; do echo $n >> $f; sync $f; done; done'

describe.skipIf(theirs || !kubernetes.available)('a cluster with a node', () => {
  let cluster: KubernetesCluster

  beforeAll(async () => {
    const began = performance.now()
    cluster = await kubernetesCluster({ level: 'node' })
    console.log(`up in ${((performance.now() - began) / 1000).toFixed(1)} s`)
  })
  afterAll(async () => cluster[Symbol.asyncDispose]())

  const run = async (name: string, script: string): Promise<string> =>
    cluster.kubectl(['exec', name, '--', 'sh', '-c', script])
  const running = async (...names: readonly string[]): Promise<unknown> =>
    cluster.kubectl(['wait', '--for=condition=Ready', '--timeout=90s', ...names.map((name) => `pod/${name}`)])
  const readyToUse = async (...names: readonly string[]): Promise<unknown> =>
    cluster.kubectl(['wait', '--for=jsonpath={.status.readyToUse}=true', '--timeout=90s', ...names])
  const field = async (object: string, path: string): Promise<string> =>
    cluster.kubectl(['get', object, '-o', `jsonpath={${path}}`])

  test('runs a pod, and a program in it, with its exit code', async () => {
    await cluster.apply(pod('plain', []))
    await running('plain')
    expect(await run('plain', 'echo here; uname -s')).toBe('here\nLinux\n')
    await expect(run('plain', 'echo bad >&2; exit 7')).rejects.toThrow(/exit code 7/)
  })

  test('lets a pod reach the API server, and a server of the test', async () => {
    await cluster.apply(pod('caller', []))
    await running('caller')
    const server = createServer((_, answer) => answer.end('from the test'))
    await once(server.listen(0, cluster.machinery?.node?.hostAddress), 'listening')
    const address = server.address()
    const port = address === null || typeof address === 'string' ? 0 : address.port
    try {
      const url = `http://${String(cluster.machinery?.node?.hostAddress)}:${String(port)}/`
      expect(await run('caller', `wget -q -O - ${url}`)).toBe('from the test')
    } finally {
      server.close()
    }
    await expect
      .poll(async () => run('caller', 'nc -w 5 $KUBERNETES_SERVICE_HOST 443 < /dev/null && echo open').catch(String))
      .toBe('open\n')
  })

  test('makes a snapshot, and a claim of the same content', async () => {
    const write =
      'mkdir -p /source/a; seq 1 20000 > /source/a/many; ln -s a/many /source/link; chmod 640 /source/a/many'
    const sum = async (name: string, path: string): Promise<string> =>
      run(name, `cd ${path} && find . | sort | xargs ls -ld | sed 's/ [0-9:]* / /' && md5sum a/many && readlink link`)
    await cluster.apply(claim('source'), pod('writer', ['source'], `${write}; exec sleep 3600`))
    await running('writer')
    const written = await sum('writer', '/source')
    await cluster.apply(snapshot('first', 'source'))
    await readyToUse('volumesnapshot/first')
    await run('writer', 'echo changed > /source/a/many')
    await cluster.apply(claim('copy', 'csi-hostpath-sc', 'first'), pod('reader', ['copy']))
    await running('reader')
    expect(await sum('reader', '/copy')).toBe(written)
  })

  test('cuts one volume and a group of them at one moment while they are written', async () => {
    await cluster.apply(claim('left'), claim('right'), pod('busy', ['left', 'right'], WRITER))
    await running('busy')
    await cluster.kubectl(['label', 'pvc', 'left', 'right', 'group=busy', '--overwrite'])
    const groups = ['one', 'two', 'three']
    for (const name of groups) {
      await cluster.apply({
        apiVersion: 'groupsnapshot.storage.k8s.io/v1',
        kind: 'VolumeGroupSnapshot',
        metadata: { name },
        spec: {
          volumeGroupSnapshotClassName: 'csi-hostpath-groupsnapclass',
          source: { selector: { matchLabels: { group: 'busy' } } },
        },
      })
      await readyToUse(`volumegroupsnapshot/${name}`)
    }
    const all = await cluster.kubectl([
      'get',
      'volumesnapshot',
      '-o',
      'jsonpath={range .items[*]}{.status.volumeGroupSnapshotName} {.spec.source.persistentVolumeClaimName} {.metadata.name} {.metadata.ownerReferences[0].name}{"\\n"}{end}',
    ])
    const members = all.split('\n').filter((line) => groups.some((name) => line.split(' ').includes(name)))
    expect(members).toHaveLength(2 * groups.length)
    const claims = members.map((line, at) => claim(`cut-${String(at)}`, 'csi-hostpath-sc', line.split(' ')[2]))
    const names = members.map((_, at) => `cut-${String(at)}`)
    await cluster.apply(...claims, pod('judge', names))
    await running('judge')
    for (const group of groups) {
      const at = members.flatMap((line, index) => (line.split(' ').includes(group) ? [index] : []))
      const last = async (side: string): Promise<number> => {
        const index = at.find((one) => members[one]?.split(' ').includes(side))
        return Number(await run('judge', `tail -n 1 /cut-${String(index)}/log`))
      }
      const [left, right] = [await last('left'), await last('right')]
      expect(left).toBeGreaterThan(0)
      expect(left - right, `${group}: ${String(left)} and ${String(right)}`).toBeOneOf([0, 1])
    }
  })

  test('has classes that keep, that wait for a pod, and that are slow', async () => {
    await cluster.apply(claim('late', 'csi-hostpath-wait'))
    await cluster.apply(claim('kept'), snapshot('kept', 'kept', 'csi-hostpath-snapclass-retain'))
    await cluster.apply(snapshot('slow', 'kept', 'csi-hostpath-snapclass-slow'))
    await readyToUse('volumesnapshot/kept')
    const content = await field('volumesnapshot/kept', '.status.boundVolumeSnapshotContentName')
    await cluster.kubectl(['delete', 'volumesnapshot', 'kept'])
    expect(await field(`volumesnapshotcontent/${content}`, '.spec.deletionPolicy')).toBe('Retain')
    await expect
      .poll(async () => field('volumesnapshot/slow', '.status.creationTime'), { timeout: 20_000 })
      .not.toBe('')
    expect(await field('volumesnapshot/slow', '.status.readyToUse')).toBe('false')
    expect(await field('pvc/late', '.status.phase')).toBe('Pending')
    await cluster.apply(pod('late', ['late']))
    await running('late')
    await readyToUse('volumesnapshot/slow')
  })

  test('goes on when parts of it were gone', async () => {
    const node = cluster.machinery?.node
    const parts = [cluster.machinery?.apiServer, node?.kubelet, node?.csiDriver, node?.snapshotController]
    await Promise.all(parts.map(async (one) => one?.kill()))
    expect(parts.map((one) => one?.running())).toEqual(parts.map(() => false))
    await Promise.all(parts.map(async (one) => one?.start()))
    await cluster.apply(claim('after'), pod('after', ['after'], 'echo after > /after/file; exec sleep 3600'))
    await running('after')
    await cluster.apply(snapshot('after', 'after'))
    await readyToUse('volumesnapshot/after')
    expect(await run('after', 'cat /after/file')).toBe('after\n')
  })

  test('has a disk that can be full', async () => {
    await using small = await kubernetesCluster({ level: 'node', diskMegabytes: 256 })
    await small.apply(claim('data'), pod('one', ['data']))
    await small.kubectl(['wait', '--for=condition=Ready', '--timeout=90s', 'pod/one'])
    const fill = small.kubectl(['exec', 'one', '--', 'dd', 'if=/dev/zero', 'of=/data/file', 'bs=1M', 'count=300'])
    await expect(fill).rejects.toThrow(/No space left on device/)
  })
})
