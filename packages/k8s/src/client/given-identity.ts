import type { Identity } from './identity.ts'
import type { Session } from './session.ts'
import type { GivenServer } from './settings.ts'

/** A server that somebody else knows: no kubeconfig is read, and no context or pod is looked for. */
export function given({ server, ca, authorization }: GivenServer): Identity {
  return {
    server,
    namespace: undefined,
    proxy: undefined,
    async session(): Promise<Session> {
      return { server, headers: { authorization: await authorization() }, tls: ca === undefined ? {} : { ca } }
    },
  }
}
