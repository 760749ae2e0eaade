import { z } from 'zod'

/** The form of a claim: what a new one needs to take the content of its snapshot. */
export type ClaimShape = {
  readonly uid: string
  readonly storageClass?: string
  readonly accessModes: readonly string[]
  readonly volumeMode?: string
  /** A quantity. */
  readonly size?: string
}

/** The form of a claim, as it is noted. */
export const claimShape: z.ZodType<ClaimShape> = z.object({
  uid: z.string(),
  storageClass: z.string().exactOptional(),
  accessModes: z.array(z.string()),
  volumeMode: z.string().exactOptional(),
  size: z.string().exactOptional(),
})

/** What probe tells take. */
export interface CutToken {
  readonly claim: ClaimShape
  /** Absent: the default one of the driver. */
  readonly snapshotClass?: string
  /** The VolumeGroupSnapshotClass of cuts that are made with others. */
  readonly groupClass?: string
}

/** The token of a cut read back. */
export const cutToken: z.ZodType<CutToken> = z.object({
  claim: claimShape,
  snapshotClass: z.string().exactOptional(),
  groupClass: z.string().exactOptional(),
})

/** A claim as far as it is read here. */
export interface ClaimParts {
  readonly spec: {
    readonly storageClassName?: string | undefined
    readonly accessModes?: readonly string[] | undefined
    readonly volumeMode?: string | undefined
    readonly dataSource?: { readonly name?: string | undefined } | undefined
    readonly resources?: { readonly requests?: { readonly storage?: string | undefined } | undefined } | undefined
  }
  readonly status?:
    | {
        readonly phase?: string | undefined
        readonly capacity?: { readonly storage?: string | undefined } | undefined
      }
    | undefined
}

const storage = z.object({ storage: z.string().optional() }).optional()

/** A claim from the API. */
export const claimParts: z.ZodType<ClaimParts> = z.object({
  spec: z.object({
    storageClassName: z.string().optional(),
    accessModes: z.array(z.string()).optional(),
    volumeMode: z.string().optional(),
    dataSource: z.object({ name: z.string().optional() }).optional(),
    resources: z.object({ requests: storage }).optional(),
  }),
  status: z.object({ phase: z.string().optional(), capacity: storage }).optional(),
})

/** What a driver has told of a snapshot. */
export interface SnapshotStatus {
  /** When it was cut, ISO 8601. */
  readonly creationTime?: string | undefined
  readonly readyToUse?: boolean | undefined
  /** A quantity: how large a claim must be to take its content. */
  readonly restoreSize?: string | undefined
  readonly error?: { readonly message?: string | undefined } | undefined
  /** The group of which it is a member. */
  readonly volumeGroupSnapshotName?: string | undefined
}

/** A snapshot as far as it is read here. */
export interface SnapshotParts {
  readonly spec: { readonly source: { readonly persistentVolumeClaimName?: string | undefined } }
  readonly status?: SnapshotStatus | undefined
}

/** A snapshot from the API. */
export const snapshotParts: z.ZodType<SnapshotParts> = z.object({
  spec: z.object({ source: z.object({ persistentVolumeClaimName: z.string().optional() }) }),
  status: z
    .object({
      creationTime: z.iso.datetime({ offset: true }).optional(),
      readyToUse: z.boolean().optional(),
      restoreSize: z.string().optional(),
      error: z.object({ message: z.string().optional() }).optional(),
      volumeGroupSnapshotName: z.string().optional(),
    })
    .optional(),
})

/** A class of volumes from the API. */
export const storageClassParts: z.ZodType<{ readonly provisioner: string }> = z.object({ provisioner: z.string() })

/** A class of snapshots from the API. */
export const snapshotClassParts: z.ZodType<{ readonly driver: string; readonly deletionPolicy: string }> = z.object({
  driver: z.string(),
  deletionPolicy: z.string(),
})

/** What is noted on a kept snapshot. */
export interface KeepNote {
  readonly store: string
  readonly at: string
  readonly machine: string
  readonly tide?: string
}

/** The note of a kept snapshot read back. */
export const keepNote: z.ZodType<KeepNote> = z.object({
  store: z.string(),
  at: z.string(),
  machine: z.string(),
  tide: z.string().exactOptional(),
})

/** The snapshot of a restore point. */
export interface PointToken {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

/** The token of a restore point read back. */
export const pointToken: z.ZodType<PointToken> = z.object({
  namespace: z.string(),
  name: z.string(),
  uid: z.string(),
})

/** Undefined where somebody has changed a note by hand so that it cannot be read. */
export function readNote<T>(schema: z.ZodType<T>, text: string | undefined): T | undefined {
  try {
    return schema.safeParse(JSON.parse(text ?? '')).data
  } catch {
    return undefined
  }
}
