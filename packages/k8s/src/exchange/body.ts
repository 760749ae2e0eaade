import { SalvageError } from '@salvage-kit/core'
import type { JsonObject } from '@salvage-kit/core'
import { z } from 'zod'
import type { Resource } from '../resource/resource.ts'
import { shapeOf } from '../snapshot/probe.ts'
import { EXCHANGE } from './key.ts'
import type { ClaimBody } from './token.ts'

/** Written by controllers, about the volume that the claim had. */
const OF_THE_VOLUME = [
  'pv.kubernetes.io/',
  'volume.kubernetes.io/selected-node',
  'volume.kubernetes.io/storage-provisioner',
  'volume.kubernetes.io/storage-resizer',
  'volume.beta.kubernetes.io/storage-provisioner',
]
const NOT_ANEW = new Set(['volumeName', 'dataSource', 'dataSourceRef'])

const spec: z.ZodType<JsonObject> = z.record(z.string(), z.json())

/** The claim as it can be made anew. Throws `CSI.SIZE` when nothing says how large. */
export function bodyOf(claim: Resource): ClaimBody {
  const { name, namespace = '', labels = {}, annotations = {}, ownerReferences = [] } = claim.metadata
  const { size } = shapeOf(claim)
  if (size === undefined)
    throw new SalvageError('CSI.SIZE', `the claim ${namespace}/${name} does not say how large it is`, {
      untouched: true,
    })
  return {
    labels: without(labels, [EXCHANGE.run, EXCHANGE.as]),
    annotations: without(annotations, OF_THE_VOLUME),
    ownerReferences: ownerReferences.map((owner) => ({ ...owner })),
    spec: Object.fromEntries(Object.entries(spec.parse(claim.spec)).filter(([key]) => !NOT_ANEW.has(key))),
    size,
  }
}

function without(
  all: { readonly [key: string]: string },
  prefixes: readonly string[],
): { readonly [key: string]: string } {
  return Object.fromEntries(Object.entries(all).filter(([key]) => !prefixes.some((one) => key.startsWith(one))))
}
