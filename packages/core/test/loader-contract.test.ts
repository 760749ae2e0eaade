import { Readable } from 'node:stream'
import type { StoredDump } from '../src/dump/loader.ts'
import { memoryLoader } from '../src/memory/loader.ts'
import { memoryPlatform } from '../src/memory/platform.ts'
import { loaderContract } from '../src/testing/index.ts'

const file = (name: string, content: string): StoredDump => ({ name, open: () => Readable.from([content]) })

loaderContract('memory', async () => {
  const platform = memoryPlatform()
  const files = { 'a.sql': 'former', 'b.sql': 'former' }
  platform.databases.set('shop', { files: new Map(Object.entries(files)) })
  platform.databases.set('down', { files: new Map(), fails: 'start' })
  return {
    loader: memoryLoader(platform),
    again: () => memoryLoader(platform),
    token: 'shop',
    unready: { 'it does not answer': 'down', 'it is not there': 'nobody' },
    files: [file('a.sql', 'fresh'), file('b.sql', 'fresh')],
    refused: {
      'DUMP.NO_DUMP': [file('a.tar', 'fresh')],
      'DUMP.NOT_WHOLE': [file('a.sql', 'fresh'), file('b.sql', 'fr\0')],
      'DUMP.SKEW': [file('a.sql', 'newer')],
    },
    read: async () => [...new Set(platform.databases.get('shop')?.files.values())].join(' and '),
    left: async () => [...platform.loading.keys()],
    [Symbol.asyncDispose]: async () => undefined,
  }
})
