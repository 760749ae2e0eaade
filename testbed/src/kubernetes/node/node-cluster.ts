import { setTimeout as sleep } from 'node:timers/promises'
import { command } from '../../command.ts'
import { apiCall, createObject } from '../api-call.ts'
import type { ApiAddress } from '../api-call.ts'
import type { NodeMachinery } from '../cluster.ts'
import { apiOptions, startControlPlane } from '../control-plane.ts'
import type { Daemon } from '../daemon.ts'
import type { ClusterPlace } from '../place.ts'
import { importImage, loadImages, startContainerd } from './containerd.ts'
import { makeControlGroups } from './control-groups.ts'
import { controllers } from './controllers.ts'
import { kubelet, NODE, startKubelet } from './kubelet.ts'
import { makeLink } from './link.ts'
import type { Link } from './link.ts'
import { enterMachine, startMachine } from './machine.ts'
import { proxy } from './proxy.ts'
import { storage } from './storage.ts'
import { STORAGE_OBJECTS } from './storage-classes.ts'

const READY_MS = 120_000
const POLL_MS = 100
const PATHS: Readonly<Record<string, string>> = {
  CSIDriver: '/apis/storage.k8s.io/v1/csidrivers',
  StorageClass: '/apis/storage.k8s.io/v1/storageclasses',
  VolumeSnapshotClass: '/apis/snapshot.storage.k8s.io/v1/volumesnapshotclasses',
  VolumeGroupSnapshotClass: '/apis/groupsnapshot.storage.k8s.io/v1/volumegroupsnapshotclasses',
}

/** Starts everything; resolves when the node is ready, the driver is known to it, and pods can be made in `default`. */
export async function startNodeCluster(place: ClusterPlace, link: Link, diskMegabytes: number): Promise<void> {
  makeControlGroups(place.folder)
  await makeLink(link)
  const node = startMachine(place, link, diskMegabytes).then(async () => startContainerd(place))
  const plane = startControlPlane(place, apiOptions({ place, link }))
  await settled([plane, node])
  const { address } = await plane
  await settled([
    startKubelet(place, link),
    ...[...controllers(place), proxy(place)].map(async (program) => program.start()),
    ...STORAGE_OBJECTS.map(async (object) => create(address, object)),
  ])
  const { driver, snapshotController } = storage(place)
  await Promise.all([driver.start(), snapshotController.start()])
  await usable(address, kubelet(place, link))
}

/** Rejects when one of them does, but only when all are over: what is taken down then does not grow any more. */
async function settled(all: readonly Promise<unknown>[]): Promise<void> {
  await Promise.allSettled(all)
  await Promise.all(all)
}

/** What a test may take hold of; nothing is started. */
export function nodeMachinery(place: ClusterPlace, link: Link): NodeMachinery {
  const { folder } = place
  const { driver, snapshotController } = storage(place)
  return {
    importImage: async (tar) => importImage(folder, tar),
    loadImages: async (...names) => loadImages(folder, names),
    run: async (file, args) => {
      const [nsenter = '', ...words] = enterMachine(folder)
      return command(nsenter, [...words, file, ...args])
    },
    hostAddress: link.host,
    kubelet: kubelet(place, link),
    csiDriver: driver,
    snapshotController,
  }
}

async function create(to: ApiAddress, object: object): Promise<void> {
  const kind = 'kind' in object ? String(object.kind) : ''
  await createObject(to, PATHS[kind] ?? '', JSON.stringify(object))
}

async function usable(to: ApiAddress, program: Daemon): Promise<void> {
  const until = Date.now() + READY_MS
  while (!(await nodeIsReady(to))) {
    if (!program.running() || Date.now() > until)
      throw new Error(`the node is not ready:\n${program.log().split('\n').slice(-15).join('\n')}`)
    await sleep(POLL_MS)
  }
}

async function nodeIsReady(to: ApiAddress): Promise<boolean> {
  const wanted: readonly (readonly [string, RegExp])[] = [
    [`/api/v1/nodes/${NODE}`, /"type":"Ready","status":"True"/],
    [`/apis/storage.k8s.io/v1/csinodes/${NODE}`, /"drivers":\[\{/],
    ['/api/v1/namespaces/default/serviceaccounts/default', /"kind":"ServiceAccount"/],
  ]
  for (const [path, sign] of wanted) if (!sign.test((await apiCall(to, 'GET', path)).body)) return false
  return true
}
