import type { Backend, Target } from '@salvage-kit/core'
import type { RancherItem } from './item.ts'
import { openRancher } from './open-rancher.ts'
import type { RancherOptions } from './options.ts'

const ID = 'rancher'

/** Rancher 1.6: databases of its services, what its stacks are made of, and its own database. */
export function rancherV1(options: RancherOptions): Backend {
  const rancher = openRancher(options)
  return {
    id: ID,
    discovery: {
      async survey(call) {
        const { items, problems } = await rancher.survey(call)
        return { targets: items.map(targetOf), workloads: [], problems }
      },
    },
    dumps: { open: (token, call) => rancher.open(token, call) },
  }
}

function targetOf({ ref, token, several, names: { stack } }: RancherItem): Target {
  return {
    ref,
    source: { medium: 'stream', backend: ID, token, ...(several ? { several } : {}) },
    ...(stack === undefined ? {} : { project: stack }),
    tides: [],
  }
}
