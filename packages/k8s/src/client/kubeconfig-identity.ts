import { readFile, stat } from 'node:fs/promises'
import type { RequestOptions } from 'node:https'
import { Agent } from 'node:http'
import { SalvageError } from '@salvage-kit/core'
import { fingerprintOf } from './fingerprint.ts'
import type { Identity } from './identity.ts'
import { kubeconfigFiles, loadKubeconfig } from './kubeconfig.ts'
import type { LoadedConfig } from './kubeconfig.ts'
import type { Session, TlsMaterial } from './session.ts'
import type { ConnectSettings } from './settings.ts'

/** The user of a kubeconfig; undefined when there is none. Rejects with `K8S.CONFIG`. */
export async function fromKubeconfig(settings: ConnectSettings): Promise<Identity | undefined> {
  const files = kubeconfigFiles(settings)
  const must = settings.kubeconfig !== undefined
  const first = files.length === 0 ? undefined : await loadKubeconfig(files, must)
  if (first === undefined) return undefined
  let stamp = await stampOf(files)
  let chosen = choose(first, settings)
  let printed: string | undefined
  return {
    server: chosen.server,
    namespace: chosen.namespace,
    proxy: chosen.proxy,
    async session({ fresh }): Promise<Session> {
      const now = await stampOf(files)
      if (fresh || now !== stamp) await reload()
      stamp = now
      const session = await sessionOf(chosen)
      const print = fingerprintOf(session)
      const renewed = printed !== undefined && printed !== print
      printed = print
      // The library keeps the agent of a proxy with the certificate of then.
      if (!renewed || session.agent === undefined) return session
      await reload()
      return sessionOf(chosen)
    },
  }

  async function reload(): Promise<void> {
    const loaded = await loadKubeconfig(files, must)
    if (loaded !== undefined) chosen = choose(loaded, settings)
  }
}

interface Chosen extends LoadedConfig {
  readonly server: string
  readonly namespace: string | undefined
  readonly proxy: string | undefined
}

/** The library gives credentials of the current context only, so that becomes the one that is asked for. */
function choose(loaded: LoadedConfig, settings: ConnectSettings): Chosen {
  const { config } = loaded
  if (settings.context !== undefined) config.setCurrentContext(settings.context)
  const name = config.getCurrentContext()
  const context = name === undefined ? undefined : config.getContexts().find((one) => one.name === name)
  const known = config.getContexts().map((one) => one.name)
  if (context === undefined)
    throw new SalvageError(
      'K8S.CONFIG',
      name === undefined ? 'the kubeconfig has no current context' : `the kubeconfig has no context "${name}"`,
      { hint: known.length === 0 ? 'it has no context at all' : `it has ${known.join(', ')}`, untouched: true },
    )
  const cluster = config.getClusters().find((one) => one.name === context.cluster)
  const user = config.getUsers().find((one) => one.name === context.user)
  if (cluster === undefined || !URL.canParse(cluster.server))
    throw new SalvageError('K8S.CONFIG', `the context "${context.name}" of the kubeconfig names no server`, {
      why: cluster === undefined ? `there is no cluster "${context.cluster}" in it` : 'its address is no URL',
      untouched: true,
    })
  if (user?.exec?.command !== undefined) explainToProgram(user.exec)
  // The library refuses `http:` unless the check of certificates is off; there are none.
  if (cluster.server.startsWith('http:')) Object.assign(cluster, { skipTLSVerify: true })
  return { ...loaded, server: cluster.server, namespace: context.namespace, proxy: cluster.proxyUrl ?? undefined }
}

/** Programs that give credentials want to know which version of their protocol is spoken; the library does not tell. */
function explainToProgram(exec: { apiVersion?: unknown; env?: unknown }): void {
  const env: readonly unknown[] = Array.isArray(exec.env) ? exec.env : []
  const info = { apiVersion: exec.apiVersion, kind: 'ExecCredential', spec: { interactive: false } }
  exec.env = [{ name: 'KUBERNETES_EXEC_INFO', value: JSON.stringify(info) }, ...env]
}

async function sessionOf({ config, extras, server, proxy }: Chosen): Promise<Session> {
  const options: RequestOptions = {}
  await config.applyToHTTPSOptions(options)
  const extra = extras.get(config.getCurrentUser()?.name ?? '')
  const token = extra?.tokenFile === undefined ? undefined : (await readFile(extra.tokenFile, 'utf8')).trim()
  const basic = typeof options.auth === 'string' ? Buffer.from(options.auth).toString('base64') : undefined
  return {
    server,
    headers: {
      ...(basic === undefined ? {} : { authorization: `Basic ${basic}` }),
      ...headersOf(options),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...extra?.impersonation,
    },
    tls: tlsOf(options),
    ...(proxy !== undefined && options.agent instanceof Agent ? { agent: options.agent } : {}),
  }
}

function headersOf({ headers = {} }: RequestOptions): Record<string, string> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([key, value]) =>
      typeof value === 'string' ? [[key.toLowerCase(), value.trim()]] : [],
    ),
  )
}

function tlsOf({ ca, cert, key, rejectUnauthorized, ...rest }: RequestOptions): TlsMaterial {
  return {
    ...material('ca', ca),
    ...material('cert', cert),
    ...material('key', key),
    ...(typeof rest.servername === 'string' ? { servername: rest.servername } : {}),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  }
}

function material(name: 'ca' | 'cert' | 'key', value: unknown): TlsMaterial {
  return typeof value === 'string' || Buffer.isBuffer(value) ? { [name]: value } : {}
}

/** Changes when one of the files does. */
async function stampOf(files: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    files.map(async (file) => {
      const { mtimeMs, ino, size } = await stat(file).catch(() => ({ mtimeMs: 0, ino: 0, size: 0 }))
      return `${String(mtimeMs)} ${String(ino)} ${String(size)}`
    }),
  )
  return stamps.join('\n')
}
