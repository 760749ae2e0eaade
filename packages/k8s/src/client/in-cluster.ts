import { access, readFile } from 'node:fs/promises'
import { isIPv6 } from 'node:net'
import { join } from 'node:path'
import { errorText, SalvageError } from '@salvage-kit/core'
import type { Session } from './session.ts'
import type { Identity } from './identity.ts'
import type { ConnectSettings } from './settings.ts'

const DIRECTORY = '/var/run/secrets/kubernetes.io/serviceaccount'

/**
 * The service account of the pod that this process runs in; undefined outside of a pod. Its token is replaced in place each
 * hour: the files are read again for each session. Without a library: in a pod nothing else needs one.
 */
export async function inCluster(settings: ConnectSettings): Promise<Identity | undefined> {
  const { KUBERNETES_SERVICE_HOST: host, KUBERNETES_SERVICE_PORT: port } = settings.environment
  const directory = settings.serviceAccountDirectory ?? DIRECTORY
  if (host === undefined || port === undefined || !(await readable(join(directory, 'token')))) return undefined
  const server = `https://${isIPv6(host) ? `[${host}]` : host}:${port}`
  return {
    server,
    namespace: (await readable(join(directory, 'namespace'))) ? await read(directory, 'namespace') : undefined,
    proxy: undefined,
    async session(): Promise<Session> {
      const [token, ca] = await Promise.all([read(directory, 'token'), read(directory, 'ca.crt')])
      return { server, headers: { authorization: `Bearer ${token}` }, tls: { ca } }
    },
  }
}

async function read(directory: string, name: string): Promise<string> {
  try {
    return (await readFile(join(directory, name), 'utf8')).trim()
  } catch (error) {
    throw new SalvageError('K8S.CREDENTIALS', `the service account of this pod cannot be read: ${errorText(error)}`, {
      cause: error,
      untouched: true,
    })
  }
}

async function readable(path: string): Promise<boolean> {
  try {
    await access(path)
    return true
  } catch {
    return false
  }
}
