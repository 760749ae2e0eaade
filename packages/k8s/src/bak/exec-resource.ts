/** What runs the container that a database is in. */
export interface ExecResource {
  readonly kind: 'deployment' | 'statefulset' | 'daemonset' | 'replicaset' | 'job' | 'pod'
  readonly name: string
}

const KINDS_OF: { readonly [name: string]: ExecResource['kind'] } = {
  deployment: 'deployment',
  deployments: 'deployment',
  deploy: 'deployment',
  statefulset: 'statefulset',
  statefulsets: 'statefulset',
  sts: 'statefulset',
  daemonset: 'daemonset',
  daemonsets: 'daemonset',
  ds: 'daemonset',
  replicaset: 'replicaset',
  replicasets: 'replicaset',
  rs: 'replicaset',
  job: 'job',
  jobs: 'job',
  pod: 'pod',
  pods: 'pod',
  po: 'pod',
}

/** What may be written; for messages. */
export const EXEC_RESOURCE_FORM = 'KIND/NAME, such as deployment/app or statefulset/db, or the name of a pod'

/** Reads `deployment/app`, `sts/db`, `statefulset.apps/db`, or the bare name of a pod, as kubectl does. */
export function readExecResource(text: string): ExecResource | undefined {
  const [first = '', second, ...more] = text.split('/')
  const name = second ?? first
  const kind = second === undefined ? 'pod' : KINDS_OF[first.toLowerCase().split('.')[0] ?? '']
  if (kind === undefined || more.length > 0 || !/^[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?$/.test(name)) return undefined
  return { kind, name }
}
