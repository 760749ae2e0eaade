import type { KubernetesCluster } from '@salvage-kit/testbed'
import { repository, repositoryVolume, RESTIC_IMAGE, secret } from '../../integration/crane/restic-store.ts'
import { claimNamed, controllerOf, PATIENT, podSpec } from '../../integration/quiesce/manifest.ts'
import type { RigPlace } from './rig.ts'

/** Of the workload that is scaled. */
export const REPLICAS = 2
/** The pod itself notes from when to when it was frozen, by the clock of the machine: `/room/freezes`. */
const WITNESS = `trap "exit 0" TERM; since=
while :; do
  read now rest </proc/uptime
  if [ -e /room/frozen ]; then [ -n "$since" ] || since=$now
  elif [ -n "$since" ]; then echo "$since $now" >>/room/freezes; since=; fi
  sleep 0.2
done`

/** Makes what a lane works on: a workload that is frozen by a command, one that is scaled, and what a crane takes. */
export async function layOut(on: KubernetesCluster, { namespace, kind }: RigPlace): Promise<void> {
  await on.apply(...WORKLOADS.map((one) => placed(one, namespace)))
  if (kind !== 'offsite') return
  const { node, folder } = on.machinery ?? {}
  if (node === undefined || folder === undefined) throw new Error('the node is out of reach')
  const path = `${folder}/repository-${namespace}`
  await node.run('install', ['-d', '-m', '0777', path])
  await on.apply(...repository(namespace, path), secret(namespace))
}

/** Once for all lanes. */
export async function loadCrane(on: KubernetesCluster): Promise<void> {
  await on.machinery?.node?.loadImages(RESTIC_IMAGE)
}

/** Without waiting for it. */
export async function clearAway(on: KubernetesCluster, { namespace, kind }: RigPlace): Promise<void> {
  await on.kubectl(['delete', 'namespace', namespace, '--wait=false'])
  if (kind === 'offsite') await on.kubectl(['delete', 'persistentvolume', repositoryVolume(namespace), '--wait=false'])
}

/** The hook takes its time, so that a blow finds a hold. */
const WORKLOADS: readonly object[] = [
  claimNamed('db-data'),
  claimNamed('web-data'),
  controllerOf('Deployment', 'db', podSpec(WITNESS, ['db-data']), {
    replicas: 1,
    annotations: {
      'salvage-kit.io/pre': JSON.stringify(['sh', '-c', 'touch /room/frozen; sleep 2']),
      'salvage-kit.io/post': 'rm -f /room/frozen',
    },
  }),
  controllerOf('Deployment', 'web', podSpec(PATIENT, ['web-data']), {
    replicas: REPLICAS,
    annotations: { 'salvage-kit.io/quiesce': 'scale' },
  }),
]

function placed(object: object, namespace: string): object {
  const metadata = 'metadata' in object && typeof object.metadata === 'object' ? object.metadata : {}
  const labels = { 'app.kubernetes.io/instance': 'shop' }
  return { ...object, metadata: { ...metadata, namespace, labels } }
}
