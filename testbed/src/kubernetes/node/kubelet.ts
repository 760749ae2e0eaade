import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { kubeconfigOf } from '../control-plane.ts'
import type { Daemon } from '../daemon.ts'
import { daemon } from '../daemon.ts'
import { tool } from '../go-tools.ts'
import type { ClusterPlace } from '../place.ts'
import { containerdSocket } from './containerd.ts'
import { controlGroup } from './control-groups.ts'
import type { Link } from './link.ts'
import { enterMachine } from './machine.ts'

/** What the only node is called. */
export const NODE = 'node'
/** No threshold: the disk of a machine that tests may be as full as it likes. */
const NEVER = {
  'memory.available': '0%',
  'nodefs.available': '0%',
  'nodefs.inodesFree': '0%',
  'imagefs.available': '0%',
}

/** Where its state is; drivers answer below. */
export function kubeletFolder(folder: string): string {
  return join(folder, 'kubelet')
}

/** The kubelet, in the node. */
export function kubelet(place: ClusterPlace, link: Link): Daemon {
  const { folder } = place
  return daemon({
    folder,
    lasting: place.lasting,
    name: 'kubelet',
    enter: enterMachine(folder),
    argv: [
      tool('kube', 'kubelet'),
      `--config=${join(folder, 'kubelet.json')}`,
      `--kubeconfig=${kubeconfigOf(folder, 'node')}`,
      `--hostname-override=${NODE}`,
      `--node-ip=${link.node}`,
      `--root-dir=${kubeletFolder(folder)}`,
    ],
  })
}

/** Starts it; the node is ready later. */
export async function startKubelet(place: ClusterPlace, link: Link): Promise<void> {
  const { folder } = place
  const certificate = (name: string): string => join(folder, 'certificates', name)
  const group = controlGroup(folder)
  mkdirSync(kubeletFolder(folder))
  const configuration = {
    apiVersion: 'kubelet.config.k8s.io/v1beta1',
    kind: 'KubeletConfiguration',
    address: link.node,
    authentication: { x509: { clientCAFile: certificate('ca.crt') }, anonymous: { enabled: false } },
    tlsCertFile: certificate('node.crt'),
    tlsPrivateKeyFile: certificate('node.key'),
    containerRuntimeEndpoint: `unix://${containerdSocket(folder)}`,
    cgroupDriver: 'cgroupfs',
    ...(group === undefined ? {} : { cgroupRoot: group, failCgroupV1: false }),
    failSwapOn: false,
    makeIPTablesUtilChains: false,
    podLogsDir: join(folder, 'pod-logs'),
    volumePluginDir: join(folder, 'flex-volumes'),
    imageGCHighThresholdPercent: 100,
    imageGCLowThresholdPercent: 99,
    evictionHard: NEVER,
    maxPods: 110,
  }
  writeFileSync(join(folder, 'kubelet.json'), JSON.stringify(configuration))
  await kubelet(place, link).start()
}
