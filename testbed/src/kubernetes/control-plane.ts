import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { apiCall, createObject } from './api-call.ts'
import type { ApiAddress } from './api-call.ts'
import { apiAddress, apiServer } from './api-server.ts'
import type { ApiServerOptions } from './api-server.ts'
import { makeCertificates } from './certificates.ts'
import type { Daemon } from './daemon.ts'
import { etcd } from './etcd.ts'
import { snapshotDefinitions } from './go-tools.ts'
import { writeKubeconfig } from './kubeconfig.ts'
import type { ClusterPlace } from './place.ts'
import type { RecordedCluster } from './record.ts'

const WAIT_MS = 60_000
const POLL_MS = 50
const DEFINITIONS = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions'

/** What every cluster has, running. */
export interface ControlPlane {
  readonly address: ApiAddress
  readonly etcd: Daemon
  readonly apiServer: Daemon
}

/** Whom the cluster knows by certificate; each has a kubeconfig `NAME.kubeconfig`. */
const USERS = [
  { name: 'admin', user: 'salvage-test-admin', group: 'system:masters' },
  { name: 'kube-controller-manager', user: 'system:kube-controller-manager' },
  { name: 'kube-scheduler', user: 'system:kube-scheduler' },
  { name: 'kube-proxy', user: 'system:kube-proxy' },
  { name: 'csi', user: 'salvage-test-csi', group: 'system:masters' },
] as const

/** How the API server of a cluster serves: where its node finds it, or to this machine alone. */
export function apiOptions({ place, link }: RecordedCluster): ApiServerOptions {
  return link === undefined ? { address: place.loopback } : { address: link.host, node: link.node }
}

const NODE_USER = { name: 'node', user: 'system:node:node', group: 'system:nodes' }

/** The programs, not started: what a process needs that has not brought the cluster up. */
export function controlPlane(place: ClusterPlace, options: ApiServerOptions): ControlPlane {
  return {
    address: apiAddress(place, options.address),
    etcd: etcd(place),
    apiServer: apiServer(place, options),
  }
}

/** Starts etcd and the API server; resolves when objects of every kind, snapshots too, can be made in `default`. */
export async function startControlPlane(place: ClusterPlace, options: ApiServerOptions): Promise<ControlPlane> {
  const plane = controlPlane(place, options)
  const certificates = join(place.folder, 'certificates')
  mkdirSync(scratchOf(place.folder), { recursive: true })
  await plane.etcd.start()
  const serving = [`IP:${options.address}`, 'IP:198.19.0.1', 'DNS:kubernetes', 'DNS:kubernetes.default.svc']
  await makeCertificates(certificates, [
    ...USERS,
    { name: 'server', user: 'kube-apiserver', addresses: serving },
    { ...NODE_USER, addresses: [`IP:${options.node ?? options.address}`] },
  ])
  for (const { name } of [...USERS, NODE_USER])
    writeKubeconfig(kubeconfigOf(place.folder, name), plane.address.server, certificates, { certificate: name })
  await plane.apiServer.start()
  await Promise.all(
    snapshotDefinitions().map(async (file) => createObject(plane.address, DEFINITIONS, readFileSync(file, 'utf8'))),
  )
  await answers(plane.address, '/api/v1/namespaces/default')
  for (const path of SNAPSHOT_PATHS) await answers(plane.address, path)
  return plane
}

const SNAPSHOT_PATHS = [
  '/apis/snapshot.storage.k8s.io/v1/volumesnapshots',
  '/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses',
  '/apis/snapshot.storage.k8s.io/v1/volumesnapshotcontents',
  '/apis/groupsnapshot.storage.k8s.io/v1/volumegroupsnapshots',
  '/apis/groupsnapshot.storage.k8s.io/v1/volumegroupsnapshotclasses',
  '/apis/groupsnapshot.storage.k8s.io/v1/volumegroupsnapshotcontents',
]

/** Where the kubeconfig of one of the users lies. */
export function kubeconfigOf(folder: string, name: string): string {
  return join(folder, `${name}.kubeconfig`)
}

/** Where a handle leaves its files. */
export function scratchOf(folder: string): string {
  return join(folder, 'scratch')
}

async function answers(to: ApiAddress, path: string): Promise<void> {
  const until = Date.now() + WAIT_MS
  for (;;) {
    const { status } = await apiCall(to, 'GET', path)
    if (status === 200) return
    if (Date.now() > until) throw new Error(`the API server does not know ${path}: ${String(status)}`)
    await sleep(POLL_MS)
  }
}
