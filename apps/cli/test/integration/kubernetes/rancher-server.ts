import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { KubernetesCluster } from '@salvage-kit/testbed'

const PROGRAM = fileURLToPath(new URL('../../../../../packages/rancher/test/simulator-v2/main.ts', import.meta.url))
/** The token that the server knows. */
export const BEARER = 'token-good1:s3cret-of-the-token'

/** A Rancher server, before a cluster that is there and one that is not. */
export interface RancherServer extends AsyncDisposable {
  readonly origin: string
  /** The file of the authority that signed its certificate. */
  readonly caFile: string
  /** The file of a token. */
  readonly tokenFile: string
  /** The lines of the section `rancher`, for a cluster. */
  readonly section: (cluster: string, more?: string) => string
}

/** Serves the cluster as `prod` (`c-m-1`) with the namespace in the project `Shop`, and `lost` whose agent is away. */
export async function rancherServer(
  folder: string,
  kubernetes: KubernetesCluster,
  namespace: string,
): Promise<RancherServer> {
  const agent = `agent-${namespace}`
  await kubernetes.kubectl(['-n', namespace, 'create', 'serviceaccount', agent])
  const subject = `--serviceaccount=${namespace}:${agent}`
  await kubernetes.kubectl(['create', 'clusterrolebinding', agent, '--clusterrole=cluster-admin', subject])
  const token = (await kubernetes.kubectl(['-n', namespace, 'create', 'token', agent, '--duration=1h'])).trim()
  const authority = 'jsonpath={.clusters[0].cluster.certificate-authority-data}'
  const ca = await kubernetes.kubectl(['config', 'view', '--raw', '--minify', '-o', authority])
  const upstream = { server: kubernetes.server, ca: Buffer.from(ca, 'base64').toString(), token }
  const caFile = join(folder, 'rancher-ca.pem')
  const key = join(folder, 'rancher-key.pem')
  const names = 'subjectAltName=IP:127.0.0.1'
  const request = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2']
  await promisify(execFile)('openssl', [...request, '-keyout', key, '-out', caFile, '-subj', '/CN=x', '-addext', names])
  const world = {
    clusters: [
      { id: 'c-m-1', name: 'prod', upstream, projects: [{ id: 'p-1', name: 'Shop', namespaces: [namespace] }] },
      { id: 'c-m-2', name: 'lost', state: 'unavailable', agent: 'disconnected', waitMs: 3_600_000 },
    ],
    tokens: [{ bearer: BEARER }],
    tls: { key: readFileSync(key, 'utf8'), cert: readFileSync(caFile, 'utf8') },
  }
  const file = join(folder, 'rancher.json')
  writeFileSync(file, JSON.stringify(world), { mode: 0o600 })
  const tokenFile = join(folder, 'rancher-token')
  writeFileSync(tokenFile, BEARER, { mode: 0o600 })
  const child = spawn(process.execPath, [PROGRAM, file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exit = once(child, 'exit')
  const [line] = await once(createInterface(child.stdout), 'line')
  const origin = String(line)
  return {
    origin,
    caFile,
    tokenFile,
    section: (cluster, more = '') =>
      `rancher:\n  url: ${origin}/dashboard\n  tokenFile: ${tokenFile}\n  caFile: ${caFile}\n  cluster: ${cluster}\n${more}`,
    async [Symbol.asyncDispose](): Promise<void> {
      child.kill('SIGTERM')
      await exit
      await kubernetes.kubectl(['delete', 'clusterrolebinding', agent])
    },
  }
}
