import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { KubernetesCluster } from './cluster.ts'
import { clusterHandle } from './cluster.ts'
import { kubectlProgram } from './kubectl.ts'

/** The user's cluster: nothing of it is started or ended, and there is nothing below it to take hold of. */
export async function foreignCluster(kubeconfig: string): Promise<KubernetesCluster> {
  const scratch = mkdtempSync(join(tmpdir(), 'salvage-kubernetes-'))
  return clusterHandle({
    kubeconfig,
    kubectlProgram: kubectlProgram(),
    scratch,
    dispose: async () => rm(scratch, { recursive: true, force: true }),
  })
}
