import { expect, test } from 'vitest'
import type { Config } from '../config/config.ts'
import type { Scope } from '../rig/platforms.ts'
import { needsCattle } from './need.ts'

const nothing: Scope = { targets: [], stores: [] }
const tides: Config = {
  tides: {
    all: { targets: ['dir:/a', 'rancher:*'] },
    own: { targets: ['rancher-db:*'] },
    other: { targets: ['dir:/a'] },
  },
}

test.each<readonly [string, Config, Scope, boolean]>([
  ['a database', {}, { ...nothing, targets: ['rancher:a/b'] }, true],
  ['all of it', {}, { ...nothing, targets: ['rancher:*'] }, true],
  ['its own database', {}, { ...nothing, targets: ['rancher-db:cattle'] }, true],
  ['a tide with all of it', tides, { ...nothing, tide: 'all' }, true],
  ['a tide with its own database', tides, { ...nothing, tide: 'own' }, true],
  ['a tide without any', tides, { ...nothing, tide: 'other' }, false],
  ['a look around where it is configured', { cattle: {} }, { ...nothing, survey: true }, true],
  ['a look around where it is not', {}, { ...nothing, survey: true }, false],
  ['verbs of BTRFS', { cattle: {} }, { ...nothing, survey: true, btrfs: true }, false],
  ['a directory, where it is configured', { cattle: {} }, { ...nothing, targets: ['dir:/a'] }, false],
])('%s', (_, config, scope, needs) => expect(needsCattle(config, scope)).toBe(needs))
