import type { Exchanger } from '@salvage-kit/core'
import type { Cluster } from '../client/cluster.ts'
import { classView } from '../snapshot/class-view.ts'
import { clearExchange } from './clear.ts'
import { commitExchange } from './commit.ts'
import { exchangeClaim } from './exchange-claim.ts'
import { prepareExchange } from './prepare.ts'
import { wholeSettings } from './settings.ts'
import type { ExchangeSettings } from './settings.ts'
import { stageBeside } from './stage.ts'
import { takeBackClaim } from './take-back.ts'
import { readExchange } from './token.ts'

/**
 * Restores claims in place: while the pods are gone, the claim is cut, removed, and made anew under its name from the snapshot of
 * the point, or from a cut of the claim beside into which an archive was lowered. Takes `EXCHANGE_PERMISSIONS` in the namespace,
 * and nothing of the cluster. Decided is by one label on the cut of the former content.
 */
export function claimExchanger(cluster: Cluster, settings: ExchangeSettings = {}): Exchanger {
  const whole = wholeSettings(settings)
  return {
    id: 'k8s.claim',
    media: new Set(['pvc']),
    prepare: async (source, options) => {
      const classes = async (): ReturnType<typeof classView> => classView(cluster, options)
      return prepareExchange(cluster, source, options, { settings, classes })
    },
    stage: async (token, options) => stageBeside(cluster, readExchange(token), whole, options),
    exchange: async (token, options) => exchangeClaim(cluster, readExchange(token), whole, options),
    commit: async (token, options) => commitExchange(cluster, readExchange(token), options),
    takeBack: async (token, options) => takeBackClaim(cluster, readExchange(token), whole, options),
    clear: async (token, options) => clearExchange(cluster, readExchange(token), whole, options),
  }
}
