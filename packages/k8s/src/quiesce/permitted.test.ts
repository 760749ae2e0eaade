import type { Quiescer } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import type { Permission } from '../client/cluster.ts'
import { permitted } from './permitted.ts'

const PATCH: Permission = { verb: 'patch', group: 'apps', resource: 'deployments/scale' }
const options = { signal: new AbortController().signal }

function quiescer(prepared: string[]): Quiescer {
  return {
    id: 'k8s.scale',
    prepare: async (workload) => {
      prepared.push(workload)
      return Promise.resolve({})
    },
    quiesce: async () => Promise.resolve(),
    resume: async () => Promise.resolve([]),
  }
}

test('what is not permitted is told before anything is prepared, with the Role that is missing', async () => {
  const prepared: string[] = []
  const asked: string[] = []
  const missing = async (namespace: string, wanted: readonly Permission[]): Promise<readonly Permission[]> => {
    asked.push(namespace)
    return Promise.resolve(namespace === 'shop' ? [] : wanted)
  }
  const guarded = permitted({ missing }, quiescer(prepared), () => [PATCH])
  await expect(guarded.prepare('k8s:blog/deployment/web', {}, options)).rejects.toMatchObject({
    code: 'K8S.RIGHTS',
    why: 'missing: patch deployments/scale',
    hint: expect.stringMatching(/kind: Role\n(?:.*\n)*.*namespace: blog\n(?:.*\n)*.*deployments\/scale/),
    untouched: true,
  })
  expect(prepared).toEqual([])
  for (const name of ['web', 'db']) await guarded.prepare(`k8s:shop/deployment/${name}`, {}, options)
  expect(prepared).toEqual(['k8s:shop/deployment/web', 'k8s:shop/deployment/db'])
  // What was permitted is asked once, what was not each time: somebody may have permitted it.
  expect(asked).toEqual(['blog', 'shop'])
  await expect(guarded.prepare('k8s:blog/deployment/web', {}, options)).rejects.toMatchObject({ code: 'K8S.RIGHTS' })
  expect(asked).toEqual(['blog', 'shop', 'blog'])
})
