import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { apiReady } from './api-call.ts'
import type { ApiAddress } from './api-call.ts'
import type { Daemon } from './daemon.ts'
import { daemon } from './daemon.ts'
import { etcdUrl } from './etcd.ts'
import { tool } from './go-tools.ts'
import type { ClusterPlace } from './place.ts'

const PORT = 6443
const MOST_STARTS = 20
const READY_MS = 120_000
const POLL_MS = 50
/** Documentation's own: no cluster without nodes is reached through it, but the server wants one. */
const NOBODY = '192.0.2.1'
/** No controller adds the accounts or takes away the finalizers that these ask for. */
const NEEDS_CONTROLLERS = 'ServiceAccount,StorageObjectInUseProtection'
const AUDIT_POLICY = {
  apiVersion: 'audit.k8s.io/v1',
  kind: 'Policy',
  omitStages: ['RequestReceived'],
  rules: [{ level: 'Metadata' }],
}

/** How it serves. */
export interface ApiServerOptions {
  readonly address: string
  /** The address of the node, where there is one, and so controllers. */
  readonly node?: string
}

/** The server of a cluster, and where it notes each request that it answers: one JSON object a line. */
export function auditLogOf(folder: string): string {
  return join(folder, 'audit.log')
}

/** Where the server will be. */
export function apiAddress(place: ClusterPlace, address: string): ApiAddress {
  return { server: `https://${address}:${String(PORT)}`, certificates: join(place.folder, 'certificates') }
}

/** kube-apiserver, with RBAC; `start` resolves when it is ready. */
export function apiServer(place: ClusterPlace, options: ApiServerOptions): Daemon {
  const certificate = (name: string): string => join(place.folder, 'certificates', name)
  const policy = join(place.folder, 'audit-policy.json')
  const program = daemon({
    folder: place.folder,
    lasting: place.lasting,
    name: 'kube-apiserver',
    argv: [
      tool('kube', 'kube-apiserver'),
      `--etcd-servers=${etcdUrl(place)}`,
      `--bind-address=${options.address}`,
      `--secure-port=${String(PORT)}`,
      `--client-ca-file=${certificate('ca.crt')}`,
      `--tls-cert-file=${certificate('server.crt')}`,
      `--tls-private-key-file=${certificate('server.key')}`,
      `--kubelet-client-certificate=${certificate('admin.crt')}`,
      `--kubelet-client-key=${certificate('admin.key')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-signing-key-file=${certificate('service-account.key')}`,
      `--service-account-key-file=${certificate('service-account.key')}`,
      '--service-cluster-ip-range=198.19.0.0/16',
      '--authorization-mode=Node,RBAC',
      '--enable-admission-plugins=NodeRestriction',
      '--allow-privileged=true',
      '--kubelet-preferred-address-types=InternalIP',
      `--audit-policy-file=${policy}`,
      `--audit-log-path=${auditLogOf(place.folder)}`,
      '--profiling=false',
      ...(options.node !== undefined
        ? [`--advertise-address=${options.address}`]
        : [
            `--advertise-address=${NOBODY}`,
            '--endpoint-reconciler-type=none',
            `--disable-admission-plugins=${NEEDS_CONTROLLERS}`,
          ]),
    ],
  })
  return {
    ...program,
    start: async () => {
      writeFileSync(policy, JSON.stringify(AUDIT_POLICY))
      for (let tries = 1; ; tries += 1) {
        await program.start()
        try {
          return await ready(program, apiAddress(place, options.address))
        } catch (error) {
          // One that was killed just now, and is no child of ours, may have its port for a moment more.
          if (tries >= MOST_STARTS || !String(error).includes('address already in use')) throw error
          await sleep(POLL_MS)
        }
      }
    },
  }
}

async function ready(program: Daemon, to: ApiAddress): Promise<void> {
  const until = Date.now() + READY_MS
  while (!(await apiReady(to))) {
    if (!program.running() || Date.now() > until)
      throw new Error(`kube-apiserver did not start:\n${program.log().split('\n').slice(-10).join('\n')}`)
    await sleep(POLL_MS)
  }
}
