import type { JsonObject } from '@salvage-kit/core'
import { DEFAULT_UID } from './settings.ts'
import type { JobCraneSettings } from './settings.ts'

/** Over files, whoever owns them; the Pod Security Standard `baseline` admits all of these. */
const FILE_RIGHTS = ['CHOWN', 'DAC_OVERRIDE', 'FOWNER', 'FSETID', 'MKNOD', 'SETFCAP']

/**
 * As whom the pod runs. One that fills a claim and is not root gets a group to write with: a new file system belongs to root
 * alone.
 */
export function podSecurity(
  { user }: Pick<JobCraneSettings, 'user'>,
  { fills }: { readonly fills: boolean },
): JsonObject {
  const seccompProfile = { type: 'RuntimeDefault' }
  if (user === 'root') return { runAsUser: 0, runAsGroup: 0, seccompProfile }
  const { uid, gid = uid, groups, fsGroup = fills ? gid : undefined } = user ?? { uid: DEFAULT_UID }
  return {
    runAsNonRoot: true,
    runAsUser: uid,
    runAsGroup: gid,
    ...(groups === undefined ? {} : { supplementalGroups: [...groups] }),
    ...(fsGroup === undefined ? {} : { fsGroup, fsGroupChangePolicy: 'OnRootMismatch' }),
    seccompProfile,
  }
}

/** What a container may. */
export function containerSecurity({ user }: Pick<JobCraneSettings, 'user'>): JsonObject {
  return {
    allowPrivilegeEscalation: false,
    capabilities: { drop: ['ALL'], ...(user === 'root' ? { add: [...FILE_RIGHTS] } : {}) },
  }
}
