import type { BakSettings } from '@salvage-kit/k8s'

/** backup-ns waited three times in a row. */
const ATTEMPTS = 3

/** How long a snapshot may take to become ready, in milliseconds. */
export function readyMs({ readyTimeoutMs }: Pick<BakSettings, 'readyTimeoutMs'>): number {
  return Math.max(1, readyTimeoutMs * ATTEMPTS)
}
