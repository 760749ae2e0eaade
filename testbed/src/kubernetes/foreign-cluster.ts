import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathOf } from '../program.ts'
import type { KubernetesCluster } from './cluster.ts'
import { clusterHandle } from './cluster.ts'
import { tool } from './go-tools.ts'

/** The user's cluster: nothing of it is started or ended, and there is nothing below it to take hold of. */
export async function foreignCluster(kubeconfig: string): Promise<KubernetesCluster> {
  const scratch = mkdtempSync(join(tmpdir(), 'salvage-kubernetes-'))
  return clusterHandle({
    kubeconfig,
    kubectlProgram: pathOf('kubectl') ?? tool('kube', 'kubectl'),
    scratch,
    dispose: async () => rm(scratch, { recursive: true, force: true }),
  })
}
