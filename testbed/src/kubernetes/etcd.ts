import { join } from 'node:path'
import type { Daemon } from './daemon.ts'
import { daemon } from './daemon.ts'
import type { ClusterPlace } from './place.ts'

const PORT = 2379
const PEER_PORT = 2380

/** Where the API server finds it. */
export function etcdUrl(place: ClusterPlace): string {
  return `http://${place.loopback}:${String(PORT)}`
}

/** The store of the API server. What it has is lost with the machine: nothing is synced. */
export function etcd(place: ClusterPlace): Daemon {
  const client = etcdUrl(place)
  const peer = `http://${place.loopback}:${String(PEER_PORT)}`
  return daemon({
    folder: place.folder,
    lasting: place.lasting,
    name: 'etcd',
    argv: [
      'etcd',
      '--name=salvage-test',
      `--data-dir=${join(place.folder, 'etcd')}`,
      '--unsafe-no-fsync',
      '--heartbeat-interval=50',
      '--election-timeout=250',
      `--listen-client-urls=${client}`,
      `--advertise-client-urls=${client}`,
      `--listen-peer-urls=${peer}`,
      `--initial-advertise-peer-urls=${peer}`,
      `--initial-cluster=salvage-test=${peer}`,
      '--quota-backend-bytes=4294967296',
      '--logger=zap',
      '--log-level=warn',
    ],
  })
}
