import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from '../../src/client/connect.ts'
import type { Cluster } from '../../src/client/cluster.ts'
import type { ConnectSettings } from '../../src/client/settings.ts'
import { faultServer } from './fault-server.ts'
import type { Answerer, FaultServer } from './fault-server.ts'

/** A cluster whose server is a {@link FaultServer}, and the directory of its kubeconfig. */
export interface Connected extends AsyncDisposable {
  readonly server: FaultServer
  readonly cluster: Cluster
  readonly directory: string
}

/** Connects to a server that answers so, by a kubeconfig with the token `TOKEN-SECRET`. */
export async function connected(
  answer: Answerer,
  settings: Partial<ConnectSettings> = {},
  user: object = { token: 'TOKEN-SECRET' },
): Promise<Connected> {
  await using made = new AsyncDisposableStack()
  const server = made.use(await faultServer(answer))
  const directory = await mkdtemp(join(tmpdir(), 'salvage-k8s-client-'))
  made.defer(() => rm(directory, { recursive: true, force: true }))
  const kubeconfig = join(directory, 'config')
  await writeFile(kubeconfig, kubeconfigOf(server.url, server.pair.cert, user))
  const cluster = made.use(await connect({ kubeconfig, environment: {}, ...settings }))
  const owned = made.move()
  return { server, cluster, directory, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** A kubeconfig; JSON is YAML. */
export function kubeconfigOf(server: string, ca: string, user: object, cluster: object = {}): string {
  const trust = { 'certificate-authority-data': Buffer.from(ca).toString('base64') }
  return JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'here',
    contexts: [{ name: 'here', context: { cluster: 'one', user: 'me', namespace: 'shop' } }],
    clusters: [{ name: 'one', cluster: { server, ...(server.startsWith('https') ? trust : {}), ...cluster } }],
    users: [{ name: 'me', user }],
  })
}
