import { join } from 'node:path'
import { kubeconfigOf } from '../control-plane.ts'
import type { Daemon } from '../daemon.ts'
import { daemon } from '../daemon.ts'
import { tool } from '../go-tools.ts'
import type { ClusterPlace } from '../place.ts'

/** What makes a cluster of an API server: the controllers and the scheduler. They run outside of the node. */
export function controllers(place: ClusterPlace): readonly Daemon[] {
  const { folder, lasting } = place
  const certificate = (name: string): string => join(folder, 'certificates', name)
  const program = (name: string, args: readonly string[]): Daemon =>
    daemon({
      folder,
      lasting,
      name,
      argv: [
        tool('kube', name),
        `--kubeconfig=${kubeconfigOf(folder, name)}`,
        `--bind-address=${place.loopback}`,
        `--cert-dir=${join(folder, `${name}-certificates`)}`,
        '--leader-elect=false',
        '--kube-api-qps=100',
        '--kube-api-burst=200',
        ...args,
      ],
    })
  return [
    program('kube-controller-manager', [
      `--root-ca-file=${certificate('ca.crt')}`,
      `--service-account-private-key-file=${certificate('service-account.key')}`,
      '--use-service-account-credentials=true',
      `--flex-volume-plugin-dir=${join(folder, 'flex-volumes')}`,
    ]),
    program('kube-scheduler', []),
  ]
}
