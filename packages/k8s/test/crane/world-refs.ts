import type { LiftRef } from '@salvage-kit/core'
import { jobStore } from '../../src/crane/job-crane.ts'

/** Call options that nobody aborts. */
export const options: { readonly signal: AbortSignal } = { signal: new AbortController().signal }

/** The lift of a claim. */
export const lift: LiftRef = {
  id: 'run-1',
  runId: 'run',
  target: 'k8s:ns/data',
  store: jobStore('it', 'ns'),
  at: '2026-11-21T08:00:00.000Z',
  machine: 'here',
  tide: 'nightly',
}

/** What is lifted: a temporary claim with the content of that of the target. */
export const exposed = { medium: 'pvc', namespace: 'ns', name: 'salvage-cut' } as const
