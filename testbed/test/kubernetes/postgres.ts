/** A PostgreSQL that takes everybody, on a claim; it is ready when it answers. */
export function postgres(name: string, claimName: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      terminationGracePeriodSeconds: 0,
      containers: [
        {
          name: 'postgres',
          image: 'salvage-test/postgres',
          imagePullPolicy: 'Never',
          volumeMounts: [{ name: 'data', mountPath: '/var/lib/postgresql' }],
          readinessProbe: { exec: { command: ['pg_isready', '-h', '127.0.0.1'] }, periodSeconds: 1 },
        },
      ],
      volumes: [{ name: 'data', persistentVolumeClaim: { claimName } }],
    },
  }
}
