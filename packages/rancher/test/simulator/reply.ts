import { STATUS_CODES } from 'node:http'

/** An answer before anything goes wrong with it. */
export interface Reply {
  readonly status: number
  readonly text: string
  readonly headers?: Readonly<Record<string, string>>
}

/** An error as the API says it. */
export function apiError(status: number, code: string = STATUS_CODES[status] ?? 'Error'): Reply {
  const body = {
    id: `error-${String(status)}`,
    type: 'error',
    links: {},
    actions: {},
    baseType: 'error',
    status,
    code,
    message: STATUS_CODES[status] ?? '',
    detail: null,
  }
  return { status, text: JSON.stringify(body) }
}

/** The page of a proxy in front of the server. */
export function proxyPage(status: number): Reply {
  const title = `${String(status)} ${STATUS_CODES[status] ?? ''}`
  return {
    status,
    text: `<html>\r\n<head><title>${title}</title></head>\r\n<body><h1>${title}</h1><hr>nginx</body>\r\n</html>\r\n`,
    headers: { 'content-type': 'text/html' },
  }
}
