import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryCatalog, newRunId, recover, sqliteJournal, sqliteLocks } from '@salvage-kit/core'
import { part } from '@salvage-kit/testbed'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { deploymentOn, keptPoint, openTenancy, backendOf, CLASS } from '../../integration/exchange/tenancy.ts'
import type { Tenant } from '../../integration/snapshot/tenant.ts'

vi.setConfig({ maxConcurrency: 3 })

const child = new URL('restore-child.ts', import.meta.url).pathname
/**
 * The claim beside made and gone, pods told to go, cut, removed, made anew, committed, pods told to come, the cut gone, unmarked.
 * One of each kind; all of them where `SALVAGE_KILLS` is set.
 */
const CHANGES = 9
const DEATHS =
  process.env['SALVAGE_KILLS'] === undefined ? [4, 5, 6, 7] : Array.from({ length: CHANGES + 1 }, (_, at) => at)

describe.skipIf(!part('kubernetes').available).concurrent('a restore in place', () => {
  let tenant: Tenant
  let state: string
  beforeAll(async () => {
    tenant = await openTenancy()
    state = mkdtempSync(join(tmpdir(), 'salvage-exchange-'))
  })
  afterAll(async () => {
    await tenant?.[Symbol.asyncDispose]()
    rmSync(state, { recursive: true, force: true })
  })

  it.each(DEATHS)(
    'that is killed after its change number %d leaves the former claim or the new one, and its pods',
    async (at) => {
      const { namespace } = tenant
      const name = `web-${String(at)}`
      const source = await tenant.newClaim()
      await tenant.write(source, 'fresh')
      const { point } = await keptPoint(tenant, source)
      await tenant.write(source, 'former')
      await tenant.kubernetes.apply(deploymentOn(namespace, name, source.name))
      const ready = async (): Promise<void> =>
        vi.waitFor(
          async () =>
            expect(await tenant.kubectl('get', 'deployment', name, '-o', 'jsonpath={.status.readyReplicas}')).toBe('1'),
          { timeout: 60_000, interval: 250 },
        )
      await ready()
      const own = join(state, String(at))
      const runId = newRunId(new Date(), randomBytes(3).toString('hex'))
      const request = JSON.stringify({ runId, point, to: `k8s:${namespace}/${source.name}` })
      const kubeconfig = await tenant.kubernetes.serviceAccount(namespace, 'keeper')
      const said = await outputOf([child, kubeconfig, own, CLASS, request, String(at)])
      expect(said).toMatch(at === 0 ? /^good \d+\n$/ : /^$/)
      using journal = sqliteJournal(join(own, 'journal.sqlite'))
      const rig = {
        backends: [backendOf(tenant)],
        journal,
        catalog: memoryCatalog(),
        locks: sqliteLocks(own),
        report: () => undefined,
        now: () => new Date(),
      }
      expect((await recover(rig, { signal: AbortSignal.timeout(120_000) })).stuck).toEqual([])
      await ready()
      const content = await tenant.read(source)
      expect(content).toBe(at === 0 || at >= 7 ? 'fresh' : 'former')
      expect((await tenant.kubectl('logs', `deployment/${name}`)).trim()).toBe(content)
      const beside = (await tenant.leftovers()).filter((one) => one.includes(runId))
      expect(beside).toEqual([])
      expect(await tenant.kubectl('get', 'deployment', name, '-o', 'jsonpath={.spec.replicas}')).toBe('1')
    },
  )
})

/** What a program said until its end, whatever that was. */
async function outputOf(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, (_, stdout) => resolve(stdout))
  })
}
