import type { JournalEntry } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import { dockerNeed } from './platforms.ts'

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
  ['a volume', {}, { ...nothing, targets: ['docker:v' as const] }, [], 'required'],
  ['a crane', {}, { ...nothing, stores: ['crane:borg'] }, [], 'required'],
  ['a name that may be a crane of labels', {}, { ...nothing, stores: ['borg'] }, [], 'required'],
  ['a configured store', configured, { ...nothing, stores: ['nas'] }, [], 'none'],
  ['a tide may have labels', {}, { ...nothing, tide: 'x' }, [], 'wanted'],
  ['a configured tide with a volume', configured, { ...nothing, tide: 'd' }, [], 'required'],
  ['a configured tide with a crane', configured, { ...nothing, tide: 'e' }, [], 'required'],
  ['a configured tide without either', configured, { ...nothing, tide: 'f' }, [], 'wanted'],
  ['what a dead run left may be in Docker', {}, nothing, [entry], 'wanted'],
  ['a look around', {}, { ...nothing, survey: true }, [], 'wanted'],
  ['switched off', off, { ...nothing, tide: 'x', survey: true }, [entry], 'none'],
  ['switched off, for a directory', off, { ...nothing, targets: ['dir:/a' as const] }, [], 'none'],
  ['switched off, and asked for', off, { ...nothing, targets: ['docker:v' as const] }, [], 'required'],
  ['switched on', on, { ...nothing, survey: true }, [], 'required'],
])('%s', (_name, config, scope, pending, kind) => expect(dockerNeed(config, scope, pending).kind).toBe(kind))
