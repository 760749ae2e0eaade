/** An answer before anything goes wrong with it. */
export interface Reply {
  readonly status: number
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

/** A good one. */
export function json(body: object): Reply {
  return { status: 200, text: JSON.stringify(body) }
}

/** An error as the management API says it. */
export function apiError(status: number, code: string, message: string = code): Reply {
  return { status, text: JSON.stringify({ baseType: 'error', type: 'error', status, code, message }) }
}

/** What comes before any API: here the status is a text. */
export function unauthorized(message = 'must authenticate'): Reply {
  const body = { type: 'error', status: '401', message: `Unauthorized 401: ${message}` }
  return { status: 401, text: JSON.stringify(body) }
}

/** An error of the proxy to clusters: a struct of the server as it stands, and no JSON by its content type. */
export function proxyError(status: number, code: string, message: string): Reply {
  const body = { Code: { Code: code, Status: status }, Message: message, Cause: null, FieldName: '' }
  return { status, text: JSON.stringify(body), headers: { 'content-type': 'text/plain; charset=utf-8' } }
}

/** Text of the proxy. */
export function plain(status: number, text: string): Reply {
  return { status, text, headers: { 'content-type': 'text/plain; charset=utf-8' } }
}
