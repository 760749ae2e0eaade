import type { CallOptions } from '@salvage-kit/core'
import type { Session } from './session.ts'

/** A server and a user of it, as a kubeconfig or a pod knows them. */
export interface Identity {
  readonly server: string
  readonly namespace: string | undefined
  /** May hold a password. */
  readonly proxy: string | undefined
  /** Reads tokens and certificates anew; with `fresh` also those that a program gave and that are thought to hold still. */
  session(options: CallOptions & { readonly fresh: boolean }): Promise<Session>
}
