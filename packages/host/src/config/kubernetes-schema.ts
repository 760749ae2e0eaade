import { z } from 'zod'
import type { ClusterStateEntry, KubernetesEntry, NewClaimsEntry, SlotsEntry } from './config.ts'
import { AbsolutePath, Duration, Name } from './scalars.ts'

const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/
const OBJECT = /^[a-z0-9](?:[-.a-z0-9]{0,198}[a-z0-9])?$/
const QUANTITY = /^\d+(?:\.\d+)?(?:[EPTGMk]i?|Ki|m)?$/

/** A namespace, by its name. */
const NamespaceName = z.string().regex(LABEL, 'it is not the name of a namespace')
const ObjectName = z.string().regex(OBJECT, 'it is not a name of Kubernetes: lower case letters, digits, "-" and "."')

const State: z.ZodType<ClusterStateEntry> = z.strictObject({
  namespace: NamespaceName,
  name: ObjectName.exactOptional().describe('how ConfigMaps and Leases begin; default: salvage-kit'),
})

const NewClaims: z.ZodType<NewClaimsEntry> = z.strictObject({
  size: z.string().regex(QUANTITY, 'it is not a quantity such as 20Gi').exactOptional(),
  storageClass: ObjectName.exactOptional(),
  accessModes: z
    .array(z.enum(['ReadWriteOnce', 'ReadWriteMany', 'ReadOnlyMany', 'ReadWriteOncePod']))
    .min(1)
    .exactOptional(),
})

const Slots: z.ZodType<SlotsEntry> = z
  .strictObject({
    count: z.int().positive(),
    timeout: Duration.describe('how long one is waited for; then the run is busy'),
    directory: AbsolutePath.exactOptional().describe('of lock files, shared by the pods of a node'),
    leases: z
      .strictObject({
        namespace: NamespaceName,
        name: ObjectName.exactOptional().describe('how they begin; default: salvage-kit-slot'),
      })
      .exactOptional()
      .describe('of the cluster, where no directory is shared'),
  })
  .refine(({ directory, leases }) => (directory === undefined) !== (leases === undefined), {
    error: 'say either directory or leases',
  })

/** The section `kubernetes`. */
export const Kubernetes: z.ZodType<KubernetesEntry> = z.strictObject({
  enabled: z.boolean().exactOptional().describe('true: it is looked at in every survey; false: leave Kubernetes alone'),
  kubeconfig: AbsolutePath.exactOptional().describe('default: KUBECONFIG, ~/.kube/config, or the service account'),
  context: z.string().min(1).exactOptional().describe('default: the current one of the kubeconfig'),
  namespaces: z.array(NamespaceName).min(1).exactOptional().describe('default: that of the context'),
  name: Name.exactOptional().describe(
    'of the cluster, as the machine of its restore points; default: by the uid of the namespace, where it may be read',
  ),
  snapshotClass: ObjectName.exactOptional().describe('of cuts and of csi: stores; default: that of the driver'),
  groupSnapshotClass: z
    .union([ObjectName, z.literal(false)])
    .exactOptional()
    .describe('of claims that are cut at one instant; false: each for itself; default: that of the driver'),
  state: State.exactOptional().describe('journal and locks stand there; default: in the state directory'),
  slots: Slots.exactOptional().describe('how many runs and restores may be at work at once; default: any number'),
  newClaims: NewClaims.exactOptional().describe('of claims that restores make; default: like the one backed up'),
})
