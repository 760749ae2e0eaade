import { auditEvents, type KubernetesCluster } from '@salvage-kit/testbed'
import { z } from 'zod'

/** A request, as the API server's audit log has it. */
export interface AskedRequest {
  readonly verb: string
  readonly namespace: string | undefined
  readonly code: number | undefined
}

const event = z.object({
  verb: z.string(),
  user: z.object({ username: z.string() }),
  objectRef: z.object({ namespace: z.string().optional() }).optional(),
  responseStatus: z.object({ code: z.number().optional() }).optional(),
})

/** What a service account has asked for so far; undefined for a cluster whose audit log is out of reach. */
export function askedBy(kubernetes: KubernetesCluster, account: string): readonly AskedRequest[] | undefined {
  const log = kubernetes.machinery?.auditLog
  if (log === undefined) return undefined
  return auditEvents(log).flatMap((line) => {
    const { verb, user, objectRef, responseStatus } = event.parse(line)
    if (user.username !== `system:serviceaccount:${account}`) return []
    return { verb, namespace: objectRef?.namespace, code: responseStatus?.code }
  })
}
