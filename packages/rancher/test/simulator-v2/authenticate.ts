import type { IncomingHttpHeaders } from 'node:http'
import type { SimulatedToken } from './world.ts'

/** The token of a request, in each of the three forms: bearer, the two halves as user and password, or a cookie. */
export function tokenOf(headers: IncomingHttpHeaders, tokens: readonly SimulatedToken[]): SimulatedToken | undefined {
  const said = bearerOf(headers)
  return tokens.find(({ bearer }) => bearer === said)
}

function bearerOf({ authorization = '', cookie = '' }: IncomingHttpHeaders): string | undefined {
  const [scheme = '', text = ''] = authorization.split(' ')
  if (scheme.toLowerCase() === 'bearer') return text
  if (scheme.toLowerCase() === 'basic') return Buffer.from(text, 'base64').toString()
  return /(?:^|;\s*)R_SESS=([^;]*)/.exec(cookie)?.[1]
}
