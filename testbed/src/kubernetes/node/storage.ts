import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { kubeconfigOf } from '../control-plane.ts'
import type { Daemon } from '../daemon.ts'
import { daemon } from '../daemon.ts'
import { tool } from '../go-tools.ts'
import type { ClusterPlace } from '../place.ts'
import { kubeletFolder, NODE } from './kubelet.ts'
import { enterMachine } from './machine.ts'
import { DRIVER } from './storage-classes.ts'

/** The folder of the node's disk that volumes and snapshots lie in. */
function diskOf(folder: string): string {
  return join(folder, 'disk')
}

/** The CSI driver in the node, with what stands beside it, and the snapshot controller. */
export interface Storage {
  /** One as a pod of them would be: the sidecars end without their driver, so all are ended and started. */
  readonly driver: Daemon
  readonly snapshotController: Daemon
}

/** None of them is started. */
export function storage(place: ClusterPlace): Storage {
  const { folder, lasting } = place
  const plugin = join(kubeletFolder(folder), 'plugins/hostpath')
  const registry = join(kubeletFolder(folder), 'plugins_registry')
  for (const path of [plugin, registry]) mkdirSync(path, { recursive: true })
  const socket = join(plugin, 'csi.sock')
  const driver = daemon({
    folder,
    lasting,
    name: 'csi-driver',
    enter: enterMachine(folder),
    argv: [
      tool('csi', 'btrfs-driver'),
      `--name=${DRIVER}`,
      `--node=${NODE}`,
      `--root=${diskOf(folder)}`,
      `--socket=${socket}`,
      `--registration-socket=${join(registry, 'hostpath.sock')}`,
    ],
  })
  const client = [`--kubeconfig=${kubeconfigOf(folder, 'csi')}`, '--kube-api-qps=100', '--kube-api-burst=200']
  const beside = (name: string, args: readonly string[]): Daemon =>
    daemon({ folder, lasting, name, argv: [tool('csi', name), ...client, ...args] })
  const groups = '--feature-gates=CSIVolumeGroupSnapshot=true'
  const fast = '--retry-interval-start=200ms'
  const sidecars = [
    beside('csi-provisioner', [`--csi-address=${socket}`, fast, '--extra-create-metadata']),
    beside('csi-snapshotter', [`--csi-address=${socket}`, fast, '--extra-create-metadata', groups]),
  ]
  return {
    driver: together(driver, sidecars),
    snapshotController: beside('snapshot-controller', ['--leader-election=false', fast, groups]),
  }
}

function together(first: Daemon, others: readonly Daemon[]): Daemon {
  const all = [first, ...others]
  return {
    ...first,
    start: async () => {
      for (const one of all) await one.start()
    },
    stop: async () => void (await Promise.all(all.map(async (one) => one.stop()))),
    kill: async () => void (await Promise.all(all.map(async (one) => one.kill()))),
  }
}
