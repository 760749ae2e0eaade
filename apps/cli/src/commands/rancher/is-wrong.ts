import type { Finding } from '@salvage-kit/core'

/** Whether a finding is one of the settings or the server, and not of one service alone. */
export function isWrong({ code, target }: Finding & { readonly target?: string }): boolean {
  if (target?.endsWith('*') === true) return code !== 'RANCHER.SERVER_LEFT'
  return code === 'RANCHER.TEMPLATE' || code === 'RANCHER.INDEX' || code === 'STORE.NO_KEY'
}
