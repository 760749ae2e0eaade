import { setTimeout as sleep } from 'node:timers/promises'

/** A container of a shell that ends when it is told to. */
export const PATIENT = 'trap "exit 0" TERM; while :; do sleep 0.2; done'
/** One that does not. */
export const DEAF = 'trap "" TERM; while :; do sleep 0.2; done'

/** The spec of a pod that runs a script, with each claim mounted at `/CLAIM` and an empty directory at `/room`. */
export function podSpec(script: string, claims: readonly string[] = [], more: object = {}): object {
  return {
    terminationGracePeriodSeconds: 2,
    containers: [
      {
        name: 'main',
        image: 'salvage-test/busybox',
        imagePullPolicy: 'Never',
        command: ['sh', '-c', script],
        volumeMounts: [
          { name: 'room', mountPath: '/room' },
          ...claims.map((name) => ({ name, mountPath: `/${name}` })),
        ],
      },
    ],
    volumes: [
      { name: 'room', emptyDir: {} },
      ...claims.map((name) => ({ name, persistentVolumeClaim: { claimName: name } })),
    ],
    ...more,
  }
}

/** A Deployment, StatefulSet or DaemonSet of such pods, named and labelled `app: NAME`. */
export function controllerOf(
  kind: 'Deployment' | 'StatefulSet' | 'DaemonSet',
  name: string,
  spec: object,
  { annotations = {}, ...more }: { readonly annotations?: object; readonly [part: string]: unknown } = {},
): object {
  const labels = { app: name }
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, annotations },
    spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec }, ...more },
  }
}

/** A claim of the default class. */
export function claimNamed(name: string, annotations: object = {}): object {
  return {
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    metadata: { name, annotations },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '64Mi' } } },
  }
}

/** Resolves when it holds; rejects after a minute. */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (let left = 300; !(await holds()); left -= 1) {
    if (left === 0) throw new Error(`never: ${what}`)
    await sleep(200)
  }
}
