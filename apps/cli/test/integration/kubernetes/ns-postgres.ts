/** PostgreSQL of a namespace. */
export interface PostgresPlace {
  readonly namespace: string
  /** Of the Deployment. */
  readonly name: string
  readonly claim: string
}

/** A Deployment of PostgreSQL with its data in a claim, as the examples of backup-ns have it. */
export function postgresManifests({ namespace, name, claim }: PostgresPlace): readonly object[] {
  const labels = { app: name }
  const spec = {
    terminationGracePeriodSeconds: 0,
    containers: [
      {
        name: 'postgres',
        image: 'salvage-test/postgres',
        imagePullPolicy: 'Never',
        env: [
          { name: 'POSTGRES_USER', value: 'postgres' },
          { name: 'POSTGRES_DB', value: 'postgres' },
          { name: 'POSTGRES_PASSWORD', value: 'known-inside' },
        ],
        volumeMounts: [{ name: 'data', mountPath: '/var/lib/postgresql' }],
        readinessProbe: { exec: { command: ['pg_isready', '-h', '127.0.0.1'] }, periodSeconds: 1 },
      },
    ],
    volumes: [{ name: 'data', persistentVolumeClaim: { claimName: claim } }],
  }
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { namespace, name },
      spec: {
        selector: { matchLabels: labels },
        strategy: { type: 'Recreate' },
        template: { metadata: { labels }, spec },
      },
    },
  ]
}
