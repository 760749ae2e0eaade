import type { DumpPlace } from '../../../src/index.ts'
import { restoreDump } from '../../../src/index.ts'
import { POD, clusterOf } from '../../exec/cluster-of.ts'

/** Restores until it is done, or killed. Says `restoring` when it begins. */
const [server = '', recipe = ''] = process.argv.slice(2)
const place: DumpPlace = { where: POD, recipe: JSON.parse(recipe) }
process.stdout.write('restoring\n')
await restoreDump(clusterOf(server), place, { signal: new AbortController().signal })
