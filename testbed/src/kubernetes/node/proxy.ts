import { kubeconfigOf } from '../control-plane.ts'
import type { Daemon } from '../daemon.ts'
import { daemon } from '../daemon.ts'
import { tool } from '../go-tools.ts'
import type { ClusterPlace } from '../place.ts'
import { NODE } from './kubelet.ts'
import { enterMachine } from './machine.ts'

/** kube-proxy, in the node: its rules are in the node's network alone, and it leaves the machine's settings as they are. */
export function proxy(place: ClusterPlace): Daemon {
  return daemon({
    folder: place.folder,
    lasting: place.lasting,
    name: 'kube-proxy',
    enter: enterMachine(place.folder),
    argv: [
      tool('kube', 'kube-proxy'),
      `--kubeconfig=${kubeconfigOf(place.folder, 'kube-proxy')}`,
      `--hostname-override=${NODE}`,
      '--proxy-mode=iptables',
      '--conntrack-max-per-core=0',
      '--conntrack-min=0',
      '--conntrack-tcp-timeout-established=0',
      '--conntrack-tcp-timeout-close-wait=0',
    ],
  })
}
