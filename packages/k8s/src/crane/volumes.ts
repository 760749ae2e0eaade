import type { JsonObject } from '@salvage-kit/core'
import { JOB } from './key.ts'
import type { JobCraneSettings } from './settings.ts'
import type { Work } from './work.ts'

/** Every user of the container may read them, and nobody else is in it. */
const READABLE = 0o444
const RESULT_SIZE = '128Mi'

/** What stands where in a crane. */
export interface Volumes {
  readonly volumes: readonly JsonObject[]
  readonly mounts: readonly JsonObject[]
}

/**
 * Secrets come by reference, and small files from annotations of the pod itself: so there is nothing beside the Job that would
 * have to be cleared. As mounted files they are plain ones and no links.
 */
export function volumesOf({ content, meta, forget }: Work, settings: JobCraneSettings): Volumes {
  const parts: readonly Part[] = [
    { volume: { name: 'result', emptyDir: { sizeLimit: RESULT_SIZE } }, mounts: [{ mountPath: '/salvage/result' }] },
    ...(content === undefined
      ? []
      : [
          {
            volume: { name: 'volume', persistentVolumeClaim: { claimName: content.source.name } },
            mounts: [{ mountPath: '/salvage/volume', readOnly: content.readOnly }],
          },
        ]),
    ...(meta === undefined ? [] : [fileOf('meta', JOB.meta, '/salvage/meta/meta.json')]),
    ...(forget === undefined ? [] : [fileOf('forget', JOB.forget, '/salvage/forget')]),
    ...secretsOf(settings),
    ...Object.entries(settings.mounts ?? {}).map(([claimName, mountPath], index) => ({
      volume: { name: `mount-${String(index)}`, persistentVolumeClaim: { claimName } },
      mounts: [{ mountPath }],
    })),
    ...(settings.scratch ?? []).map((mountPath, index) => ({
      volume: { name: `scratch-${String(index)}`, emptyDir: {} },
      mounts: [{ mountPath }],
    })),
  ]
  return {
    volumes: parts.map(({ volume }) => volume),
    mounts: parts.flatMap(({ volume: { name }, mounts }) => mounts.map((mount) => ({ name, ...mount }))),
  }
}

interface Part {
  readonly volume: JsonObject & { readonly name: string }
  readonly mounts: readonly JsonObject[]
}

function fileOf(name: string, annotation: string, mountPath: string): Part {
  const items = [{ path: 'file', fieldRef: { fieldPath: `metadata.annotations['${annotation}']` } }]
  return {
    volume: { name, downwardAPI: { items, defaultMode: READABLE } },
    mounts: [{ mountPath, subPath: 'file', readOnly: true }],
  }
}

function secretsOf({ secrets = {} }: JobCraneSettings): readonly Part[] {
  const sources = Object.entries(secrets).map(([path, { secret, key }]) => ({
    secret: { name: secret, items: [{ key, path }] },
  }))
  if (sources.length === 0) return []
  return [
    {
      volume: { name: 'secrets', projected: { sources, defaultMode: READABLE } },
      mounts: [{ mountPath: '/run/secrets', readOnly: true }],
    },
  ]
}
