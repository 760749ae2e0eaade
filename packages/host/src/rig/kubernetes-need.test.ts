import type { JournalEntry } from '@salvage-kit/core'
import { expect, test } from 'vitest'
import type { Config } from '../config/config.ts'
import { kubernetesNeed, namespacesOf } from './kubernetes-need.ts'
import type { Scope } from './platforms.ts'

const nothing: Scope = { targets: [], stores: [] }
const claim = { ...nothing, targets: ['k8s:shop/data'] as const }

function left(undo: JournalEntry['undo']): JournalEntry {
  return { id: 1, runId: 'r', order: 1, phase: 'done', at: '2026-11-21T08:00:00Z', attempts: 0, undo }
}

const source = { medium: 'pvc', namespace: 'blog', name: 'data' } as const
const scaled = left({ kind: 'quiesce', quiescer: 'k8s.scale', workload: 'k8s:blog/deployment/web', token: {} })
const cut = left({
  kind: 'snapshot',
  snapshotter: 'csi',
  ref: { id: 's', runId: 'r', target: 'k8s:blog/data', source, token: {} },
})
const lifted = left({
  kind: 'lift',
  ref: {
    id: 'l',
    runId: 'r',
    target: 'k8s:blog/data',
    store: { ref: 'job:far', crane: 'job', settings: { name: 'far' } },
    at: '2026-11-21T08:00:00Z',
    machine: 'm',
  },
})
const others = left({ kind: 'swap', target: 'dir:/x', token: null })
const job: Config = { stores: { far: { kind: 'job', crane: { image: 'crane' } } } }
const off: Config = { kubernetes: { enabled: false } }
const behind: Config = { rancher: { url: 'https://r', tokenFile: '/t', cluster: 'c' } }
const on: Config = { kubernetes: { enabled: true } }

test.each<readonly [string, Config, Scope, readonly JournalEntry[], string]>([
  ['nothing', {}, nothing, [], 'none'],
  ['a volume', {}, { ...nothing, targets: ['docker:v'] }, [others], 'none'],
  ['a claim', {}, claim, [], 'required'],
  ['a claim of a tide', { tides: { t: { targets: ['k8s:a/b'] } } }, { ...nothing, tide: 't' }, [], 'required'],
  ['the snapshots of a tide', { tides: { t: { snapshots: 'csi:' } } }, { ...nothing, tide: 't' }, [], 'required'],
  ['a store of Jobs', job, { ...nothing, stores: ['far'] }, [], 'required'],
  ['another store of Jobs', job, nothing, [], 'wanted'],
  ['a store of snapshots', {}, { ...nothing, stores: ['csi:'] }, [], 'required'],
  ['a dead run of claims', {}, nothing, [others, scaled], 'wanted'],
  ['a dead cut', {}, nothing, [cut], 'wanted'],
  ['a dead lift', {}, nothing, [lifted], 'wanted'],
  ['switched on and looked around', on, { ...nothing, survey: true }, [], 'required'],
  ['switched on and nothing asked', on, nothing, [], 'none'],
  ['switched off', off, { ...nothing, survey: true }, [scaled], 'none'],
  ['switched off and asked for', off, claim, [], 'required'],
  ['configured and looked around', { kubernetes: {} }, { ...nothing, survey: true }, [], 'wanted'],
  ['configured by Rancher and looked around', behind, { ...nothing, survey: true }, [], 'wanted'],
  ['configured, and a tide of others', { kubernetes: {} }, { ...nothing, tide: 'x' }, [], 'none'],
])('%s', (_what, config, scope, pending, kind) => {
  expect(kubernetesNeed(config, scope, pending).kind).toBe(kind)
})

test.each<readonly [string, Config, Scope, readonly JournalEntry[], readonly (string | undefined)[]]>([
  ['what is named, and no more', {}, claim, [], ['shop']],
  ['that of the context for everything', {}, { ...nothing, survey: true }, [], [undefined]],
  ['and for a tide beside its claims', on, { ...claim, tide: 't' }, [], [undefined, 'shop']],
  ['but not where nobody asked for more', {}, { ...claim, tide: 't' }, [], ['shop']],
  ['the configured ones and the named ones', { kubernetes: { namespaces: ['a'] } }, claim, [], ['a', 'shop']],
  ['those of a dead run', {}, claim, [cut, others], ['shop', 'blog']],
  ['those of points', {}, { ...nothing, namespaces: ['shop'] }, [], ['shop']],
])('%s', (_what, config, scope, pending, namespaces) => {
  expect([...namespacesOf(config, scope, { named: scope.targets, pending })]).toEqual(namespaces)
})
