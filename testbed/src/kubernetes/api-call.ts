import { readFileSync } from 'node:fs'
import { request } from 'node:https'
import { join } from 'node:path'

const TIMEOUT_MS = 10_000

/** An API server, and the folder with the authority and the administrator's certificate. */
export interface ApiAddress {
  readonly server: string
  readonly certificates: string
}

/** What it said. */
export interface ApiAnswer {
  readonly status: number
  readonly body: string
}

/** One request as the administrator; the body is JSON or YAML. Rejects when nobody answers. */
export async function apiCall(to: ApiAddress, method: string, path: string, body?: string): Promise<ApiAnswer> {
  const file = (name: string): Buffer => readFileSync(join(to.certificates, name))
  const { promise, resolve, reject } = Promise.withResolvers<ApiAnswer>()
  const call = request(
    new URL(path, to.server),
    {
      method,
      ca: file('ca.crt'),
      cert: file('admin.crt'),
      key: file('admin.key'),
      agent: false,
      timeout: TIMEOUT_MS,
      headers: { accept: 'application/json', ...(body === undefined ? {} : { 'content-type': contentType(body) }) },
    },
    (answer) => {
      let text = ''
      answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, body: text })).on('error', reject)
    },
  )
  call.on('timeout', () => call.destroy(new Error('no answer in time')))
  call.on('error', reject).end(body)
  return promise
}

/** Whether the API server says that it is ready. */
export async function apiReady(to: ApiAddress): Promise<boolean> {
  return apiCall(to, 'GET', '/readyz').then(
    ({ status }) => status === 200,
    () => false,
  )
}

/** Makes an object; one of that name that is there already is left as it is. */
export async function createObject(to: ApiAddress, path: string, body: string): Promise<void> {
  const { status, body: said } = await apiCall(to, 'POST', path, body)
  if (status >= 300 && status !== 409) throw new Error(`the API server refused POST ${path}: ${String(status)} ${said}`)
}

function contentType(body: string): string {
  return body.startsWith('{') ? 'application/json' : 'application/yaml'
}
