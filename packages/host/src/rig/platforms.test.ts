import type { JournalEntry } from '@salvage-kit/core'
import type { Config } from '../config/config.ts'
import { expect, test } from 'vitest'
import { btrfsNeed, dockerNeed } from './platforms.ts'
import type { Scope } from './platforms.ts'

const nothing = { targets: [], stores: [] }
const entry: JournalEntry = {
  id: 1,
  runId: 'r',
  order: 1,
  phase: 'done',
  at: '2026-11-21T08:00:00Z',
  attempts: 0,
  undo: { kind: 'swap', target: 'dir:/x', token: null },
}
const off = { docker: { enabled: false } }
const on = { docker: { enabled: true } }
const configured = {
  tides: { d: { targets: ['docker:v' as const] }, e: { crane: 'borg' }, f: { to: 'nas' } },
  stores: { nas: 'archive:/x' },
}

test.each([
  ['archives alone need none', {}, { ...nothing, stores: ['archive:/b'] }, [], 'none'],
  ['a container may write to a directory', {}, { ...nothing, targets: ['dir:/a' as const] }, [], 'wanted'],
  ['and to a volume on BTRFS', {}, { ...nothing, targets: ['btrfs:v' as const] }, [], 'wanted'],
  ['what dumps a database of Rancher', {}, { ...nothing, targets: ['rancher:a/b' as const] }, [], 'wanted'],
  ['a volume', {}, { ...nothing, targets: ['docker:v' as const] }, [], 'required'],
  ['a crane', {}, { ...nothing, stores: ['crane:borg'] }, [], 'required'],
  ['a name that may be a crane of labels', {}, { ...nothing, stores: ['borg'] }, [], 'required'],
  ['a configured store', configured, { ...nothing, stores: ['nas'] }, [], 'none'],
  ['a tide may have labels', {}, { ...nothing, tide: 'x' }, [], 'wanted'],
  ['a configured tide with a volume', configured, { ...nothing, tide: 'd' }, [], 'required'],
  ['a configured tide with a crane', configured, { ...nothing, tide: 'e' }, [], 'required'],
  ['a configured tide without either', configured, { ...nothing, tide: 'f' }, [], 'wanted'],
  ['what a dead run left may be in Docker', {}, nothing, [entry], 'wanted'],
  ['verbs of BTRFS', {}, { ...nothing, btrfs: true }, [entry], 'none'],
  ['a look around', {}, { ...nothing, survey: true }, [], 'wanted'],
  ['switched off', off, { ...nothing, tide: 'x', survey: true }, [entry], 'none'],
  ['switched off, for a directory', off, { ...nothing, targets: ['dir:/a' as const] }, [], 'none'],
  ['switched off, and asked for', off, { ...nothing, targets: ['docker:v' as const] }, [], 'required'],
  ['switched on', on, { ...nothing, survey: true }, [], 'required'],
])('%s', (_name, config, scope, pending, kind) => expect(dockerNeed(config, scope, pending).kind).toBe(kind))

const here = { pending: [], isMounted: false }
const away: JournalEntry = {
  id: 1,
  runId: 'r',
  order: 0,
  phase: 'done',
  at: '2026-11-21T08:00:00.000Z',
  attempts: 0,
  undo: { kind: 'effect', target: 'btrfs:v', effect: 'btrfs.restore', token: null },
}

test.each<[string, Config, Partial<Scope>, ReturnType<typeof btrfsNeed>]>([
  ['nothing of it', {}, { targets: ['dir:/srv'] }, 'none'],
  ['a volume by name', {}, { targets: ['btrfs:v'] }, 'required'],
  ['a store by reference', {}, { stores: ['btrfs:far:/b'] }, 'required'],
  ['a raw store by reference', {}, { stores: ['btrfs-raw:/b'] }, 'required'],
  ['a store by name', { stores: { nas: 'btrfs:/b' } }, { stores: ['nas'] }, 'required'],
  ['a store in parts', { stores: { nas: { kind: 'btrfs-raw', directory: '/b' } } }, { stores: ['nas'] }, 'required'],
  ['another store that is configured', { stores: { nas: 'btrfs:/b' } }, {}, 'wanted'],
  ['the volumes of a tide', { tides: { t: { targets: ['btrfs:v'] } } }, { tide: 't' }, 'required'],
  ['the store of a tide', { tides: { t: { to: 'btrfs:/b' } } }, { tide: 't' }, 'required'],
  ['the configuration', { btrfs: {} }, {}, 'required'],
  ['its own verbs', {}, { btrfs: true }, 'required'],
])('BTRFS and %s', (_what, config, scope, need) => {
  expect(btrfsNeed(config, { targets: [], stores: [], ...scope }, here)).toBe(need)
})

test('BTRFS is wanted where it is mounted, and where a dead run left something of it', () => {
  const scope = { targets: [], stores: [] }
  expect(btrfsNeed({}, scope, { ...here, isMounted: true })).toBe('wanted')
  expect(btrfsNeed({}, scope, { ...here, pending: [away] })).toBe('wanted')
})
