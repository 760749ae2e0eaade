import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '@salvage-kit/testbed'
import { expect, test } from 'vitest'
import { withoutSpares } from './spares.ts'

test('a spare target is left out where another has its directory, also by another name', async () => {
  using folder = temporaryDirectory()
  const at = (name: string): string => join(folder.path, name)
  mkdirSync(at('a'))
  mkdirSync(at('b'))
  symlinkSync('a', at('link'))
  const spare = (name: string) =>
    ({
      ref: `btrfs:${name}`,
      source: { medium: 'directory', path: at(name) },
      tides: [],
      spare: true,
    }) as const
  const shown = {
    ref: 'docker:a',
    source: { medium: 'docker-volume', name: 'a', hostPath: at('link') },
    tides: [],
  } as const
  const unseen = { ref: 'docker:x', source: { medium: 'docker-volume', name: 'x' }, tides: [] } as const
  const found = await withoutSpares([spare('a'), shown, unseen, spare('b')])
  expect(found.map(({ ref }) => ref)).toEqual(['docker:a', 'docker:x', 'btrfs:b'])
  expect(await withoutSpares([spare('a'), spare('b')])).toHaveLength(2)
})
