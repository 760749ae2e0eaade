import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { command } from '../command.ts'
import type { Daemon } from './daemon.ts'

/** A Kubernetes cluster; disposing of it takes it down when this process brought it up. */
export interface KubernetesCluster extends AsyncDisposable {
  /** `https://ADDRESS:PORT`. */
  readonly server: string
  /** The path of the administrator's. Where the cluster is one of the testbed, everything stands in it. */
  readonly kubeconfig: string
  /** The path of kubectl. */
  readonly kubectlProgram: string
  /** Runs kubectl as the administrator; resolves with what it prints. */
  readonly kubectl: (args: readonly string[]) => Promise<string>
  /** Server-side apply of objects: YAML, JSON or the object itself. */
  readonly apply: (...objects: readonly (string | object)[]) => Promise<void>
  /**
   * Makes the service account where there is none; resolves with the path of a kubeconfig with a token of it for an hour.
   * It may do nothing until a role is bound to it.
   */
  readonly serviceAccount: (namespace: string, name: string) => Promise<string>
  /** Undefined for a cluster of the user's. */
  readonly machinery: ClusterMachinery | undefined
}

/** What is below a cluster of the testbed, to take hold of. */
export interface ClusterMachinery {
  /** Everything that the cluster writes. */
  readonly folder: string
  /** The path of a file: one JSON object a line (`audit.k8s.io/v1` Event, level Metadata) for each request that was answered. */
  readonly auditLog: string
  /** `start` after `stop` or `kill` resolves when it is ready, at the same address. */
  readonly apiServer: Daemon
  readonly etcd: Daemon
  /** Of the level `node`. */
  readonly node: NodeMachinery | undefined
}

/** The node: a machine within this one, with processes, mounts and a network of its own. */
export interface NodeMachinery {
  /** Loads a file of `docker save` into the node. Pods that use it say `imagePullPolicy: IfNotPresent`, or `Never`. */
  readonly importImage: (tar: string) => Promise<void>
  /** Copies images of the shared engine into the node, where they have the same names. */
  readonly loadImages: (...names: readonly string[]) => Promise<void>
  /** Runs a program as root in the node; resolves with what it prints. */
  readonly run: (file: string, args: readonly string[]) => Promise<string>
  /** What pods reach the test's own servers under; these listen there, or everywhere. */
  readonly hostAddress: string
  /** Each of them may be stopped, killed, frozen and started. */
  readonly kubelet: Daemon
  /** The sidecars with it: they end without it. */
  readonly csiDriver: Daemon
  readonly snapshotController: Daemon
}

/** What a handle is made of. */
export interface ClusterParts {
  readonly kubeconfig: string
  readonly kubectlProgram: string
  /** Where kubeconfigs and manifests may be left. */
  readonly scratch: string
  readonly machinery?: ClusterMachinery
  readonly dispose: () => Promise<void>
}

/** The handle of a cluster that runs. */
export async function clusterHandle(parts: ClusterParts): Promise<KubernetesCluster> {
  const kubectl = async (args: readonly string[]): Promise<string> =>
    command(parts.kubectlProgram, ['--kubeconfig', parts.kubeconfig, ...args])
  const scratchFile = (content: string): string => {
    const file = join(parts.scratch, `${randomUUID()}.yaml`)
    writeFileSync(file, content, { mode: 0o600 })
    return file
  }
  return {
    server: (await kubectl(['config', 'view', '--minify', '-o', 'jsonpath={.clusters[0].cluster.server}'])).trim(),
    kubeconfig: parts.kubeconfig,
    kubectlProgram: parts.kubectlProgram,
    kubectl,
    apply: async (...objects) => {
      const text = objects.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n---\n')
      await kubectl(['apply', '--server-side', '--force-conflicts', '-f', scratchFile(text)])
    },
    serviceAccount: async (namespace, name) => {
      const of = ['--namespace', namespace]
      const known = await kubectl([...of, 'get', 'serviceaccount', name, '--ignore-not-found', '-o', 'name'])
      if (known.trim() === '') await kubectl([...of, 'create', 'serviceaccount', name])
      const token = (await kubectl([...of, 'create', 'token', name, '--duration=1h'])).trim()
      const file = scratchFile(await kubectl(['config', 'view', '--minify', '--raw', '--flatten']))
      const config = ['--kubeconfig', file, 'config']
      await command(parts.kubectlProgram, [...config, 'set-credentials', name, `--token=${token}`])
      await command(parts.kubectlProgram, [
        ...config,
        'set-context',
        '--current',
        `--user=${name}`,
        `--namespace=${namespace}`,
      ])
      return file
    },
    machinery: parts.machinery,
    [Symbol.asyncDispose]: parts.dispose,
  }
}

/** The requests of an audit log, oldest first, as they stand there; a line that is being written is left out. */
export function auditEvents(auditLog: string): readonly unknown[] {
  const lines = readFileSync(auditLog, 'utf8').split('\n').slice(0, -1)
  return lines.map((line): unknown => JSON.parse(line))
}
