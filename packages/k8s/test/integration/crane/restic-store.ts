import type { Json } from '@salvage-kit/core'

/** The crane image of these suites, which the shared engine has. */
export const RESTIC_IMAGE = 'salvage-kit/crane-restic'

/** Its store as a configuration has it, which any namespace admits. It takes {@link repository} and {@link secret} there. */
export const RESTIC_STORE = {
  kind: 'job',
  image: RESTIC_IMAGE,
  pull: 'never',
  actions: ['lift', 'lower', 'list', 'check', 'forget'],
  deduplicates: true,
  env: { RESTIC_REPOSITORY: '/repository/restic' },
  secrets: { RESTIC_PASSWORD: { secret: 'restic', key: 'password' } },
  mounts: { repository: '/repository' },
  scratch: ['/tmp', '/cache', '/etc/ssh/ssh_config.d'],
  resources: { requests: { cpu: '10m' }, limits: { memory: '512Mi' } },
  startTimeout: '2m',
} satisfies Json

/** A claim on a directory of the node. Its volume is of no namespace, and has the name {@link repositoryVolume}. */
export function repository(namespace: string, path: string): readonly object[] {
  const spec = { accessModes: ['ReadWriteMany'], storageClassName: '' }
  const name = repositoryVolume(namespace)
  return [
    {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name },
      spec: { ...spec, capacity: { storage: '1Gi' }, hostPath: { path }, persistentVolumeReclaimPolicy: 'Retain' },
    },
    {
      apiVersion: 'v1',
      kind: 'PersistentVolumeClaim',
      metadata: { namespace, name: 'repository' },
      spec: { ...spec, volumeName: name, resources: { requests: { storage: '1Gi' } } },
    },
  ]
}

/** See {@link repository}. */
export function repositoryVolume(namespace: string): string {
  return `repository-${namespace}`
}

/** The password of the repository, and a wrong one. */
export function secret(namespace: string): object {
  const metadata = { namespace, name: 'restic' }
  return { apiVersion: 'v1', kind: 'Secret', metadata, stringData: { password: 'right', wrong: 'wrong' } }
}
