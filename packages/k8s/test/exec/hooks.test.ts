import { afterAll, beforeAll, expect, test } from 'vitest'
import { execQuiescer } from '../../src/index.ts'
import { KINDS } from '../../src/resource/kind.ts'
import type { ExecServer } from '../exec-server.ts'
import { execServer } from '../exec-server.ts'
import { fakeCluster } from '../fake-cluster.ts'
import type { FakeCluster } from '../fake-cluster.ts'
import { clusterOf, POD } from './cluster-of.ts'

const options = { signal: new AbortController().signal }
const WEB = `k8s:${POD.namespace}/pod/${POD.pod}`
let server: ExecServer
beforeAll(async () => {
  server = await execServer()
})
afterAll(async () => server[Symbol.asyncDispose]())

function here(): FakeCluster {
  const on = { ...fakeCluster(POD.namespace), ...clusterOf(server.server) }
  on.put(KINDS.pod, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: POD.namespace, name: POD.pod },
    spec: { containers: [{ name: POD.container }] },
    status: {
      phase: 'Running',
      containerStatuses: [{ name: POD.container, containerID: 'c', state: { running: {} } }],
    },
  })
  return on
}

test.each([
  [
    ['nosuchprog', 'a secret'],
    127,
    /nosuchprog.*not found.*; nothing was to be undone$/s,
    /^name a program that is in/,
  ],
  [['sh', '-c', 'echo no room >&2; exit 3'], 3, /^no room; nothing was to be undone$/, /^try it by hand/],
  [['false'], 1, /^it said nothing on stderr; nothing was to be undone$/, /-- false$/],
])('a pre command that fails is named, says why, and what to do: %j', async (pre, code, why, hint) => {
  const quiescer = execQuiescer(here())
  const token = await quiescer.prepare(WEB, { pre }, options)
  const failure: unknown = await quiescer.quiesce(token, options).catch((error: unknown) => error)
  expect(failure).toMatchObject({
    code: 'HOOK.FAILED',
    message: `the pre command (annotation salvage-kit.io/pre) in container "web" of pod here/web-0 ended with ${String(code)}`,
    why: expect.stringMatching(why),
    hint: expect.stringMatching(hint),
  })
  expect(JSON.stringify(failure)).not.toContain('a secret')
})

test('a post command that fails says why', async () => {
  const quiescer = execQuiescer(here())
  const post = ['sh', '-c', 'echo still frozen >&2; exit 1']
  const token = await quiescer.prepare(WEB, { pre: ['true'], post }, options)
  await quiescer.quiesce(token, options)
  expect(await quiescer.resume(token, { ...options, quiesced: 'yes' })).toMatchObject([
    { code: 'HOOK.POST_FAILED', why: 'still frozen', hint: expect.stringMatching(/by hand: kubectl .* -- sh …$/) },
  ])
})
