import type { Finding } from '@salvage-kit/core'

/** That Rancher listed something in another shape than its API says, and nobody can know what it is. */
export function oddFinding(kind: string, id: string): Finding {
  return {
    code: 'RANCHER.ODD',
    message: `Rancher lists a ${kind} that is not as its API says, and it was left out: ${id}`,
  }
}
