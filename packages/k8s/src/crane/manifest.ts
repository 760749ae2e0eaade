import type { JsonObject } from '@salvage-kit/core'
import { apiVersionOf, KINDS } from '../resource/kind.ts'
import type { Manifest } from '../resource/resource.ts'
import { JOB } from './key.ts'
import { containerSecurity, podSecurity } from './security.ts'
import { DEFAULT_GRACE_MS } from './settings.ts'
import type { NamedCrane } from './settings-of.ts'
import { tellerScript } from './teller.ts'
import { volumesOf } from './volumes.ts'
import type { Work } from './work.ts'

/** The container of the crane, and the one that tells what it said. */
export const CRANE_CONTAINER = 'crane'
export const TELLER_CONTAINER = 'teller'
/** A Job of a dead process ends by itself a little after its time. */
const MARGIN_S = 60
/** How long an ended Job stays for whoever wants to see it; its own process removes it at once. */
const KEPT_S = 3600

/** A Job by its name, known before there is one. */
export interface JobRef {
  readonly namespace: string
  readonly name: string
  /** Of the Job and of its pod. */
  readonly labels: Readonly<Record<string, string>>
  readonly hostname?: string
}

/** The Job of one action. */
export function jobManifest(job: JobRef, work: Work, { settings, contract }: NamedCrane, limitMs: number): Manifest {
  const { namespace, name, labels } = job
  const seconds = Math.ceil(limitMs / 1000) + MARGIN_S
  const graceSeconds = Math.ceil((settings.graceMs ?? DEFAULT_GRACE_MS) / 1000)
  const until = new Date(Date.now() + seconds * 1000).toISOString()
  const { volumes, mounts } = volumesOf(work, settings)
  const image = { image: settings.image, imagePullPolicy: settings.pull ?? 'IfNotPresent' }
  const template: JsonObject = {
    metadata: {
      labels: { ...labels, [JOB.job]: name },
      annotations: {
        ...(work.meta === undefined ? {} : { [JOB.meta]: work.meta }),
        ...(work.forget === undefined ? {} : { [JOB.forget]: work.forget }),
      },
    },
    spec: {
      restartPolicy: 'Never',
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      terminationGracePeriodSeconds: graceSeconds,
      ...(job.hostname === undefined ? {} : { hostname: job.hostname }),
      ...(settings.nodeSelector === undefined ? {} : { nodeSelector: { ...settings.nodeSelector } }),
      ...(settings.pullSecrets === undefined
        ? {}
        : { imagePullSecrets: settings.pullSecrets.map((secret) => ({ name: secret })) }),
      securityContext: podSecurity(settings, { fills: work.content?.readOnly === false }),
      ...(contract.version === 1
        ? {}
        : {
            initContainers: [
              {
                name: TELLER_CONTAINER,
                ...image,
                // A sidecar: it ends when the crane has ended.
                restartPolicy: 'Always',
                command: ['/bin/sh', '-c', tellerScript()],
                resources: { requests: { cpu: '1m', memory: '8Mi' } },
                securityContext: { ...containerSecurity(settings), readOnlyRootFilesystem: true },
                volumeMounts: [{ name: 'result', mountPath: '/salvage/result', readOnly: true }],
              },
            ],
          }),
      containers: [
        {
          name: CRANE_CONTAINER,
          ...image,
          env: environment(work, settings),
          resources: resourcesOf(settings),
          securityContext: containerSecurity(settings),
          volumeMounts: mounts,
        },
      ],
      volumes,
    },
  }
  return {
    apiVersion: apiVersionOf(KINDS.job),
    kind: KINDS.job.kind,
    metadata: { namespace, name, labels, annotations: { [JOB.until]: until } },
    spec: {
      backoffLimit: 0,
      completions: 1,
      parallelism: 1,
      activeDeadlineSeconds: seconds,
      ttlSecondsAfterFinished: KEPT_S,
      template,
    },
  }
}

function resourcesOf({ resources = {} }: NamedCrane['settings']): JsonObject {
  const { requests, limits } = resources
  return {
    requests: { cpu: '50m', memory: '64Mi', ...requests },
    ...(limits === undefined ? {} : { limits: { ...limits } }),
  }
}

function environment({ env }: Work, settings: NamedCrane['settings']): readonly JsonObject[] {
  const own = Object.entries({ ...settings.env, ...env }).map(([name, value]) => ({ name, value: literal(value) }))
  const secret = Object.entries(settings.envSecrets ?? {})
    .filter(([name]) => env[name] === undefined && settings.env?.[name] === undefined)
    .map(([name, at]) => ({ name, valueFrom: { secretKeyRef: { name: at.secret, key: at.key } } }))
  return [...own, ...secret]
}

/** A cluster puts other variables in the place of `$(NAME)`, and `$` in that of `$$`. */
function literal(value: string): string {
  return value.replaceAll('$', '$$$$')
}
