import type { CallOptions } from '../call-options.ts'
import { SalvageError } from '../error.ts'
import { STAGED_DUMPS } from '../dump/stage.ts'
import type { Finding } from '../finding.ts'
import type { JournalEntry, Undo } from '../journal/journal.ts'
import type { Rig } from '../rig.ts'
import { craneOf, effectOf, exchangerOf, provisionerOf, quiescerOf, snapshotterOf } from './parts.ts'

/**
 * Takes one effect back, whether it happened or not. Idempotent, because every verb that it calls is. Resolves with what
 * the reader should know; rejects when the effect still stands and another call may help.
 */
export async function undo(rig: Rig, entry: JournalEntry, options: CallOptions): Promise<readonly Finding[]> {
  const { undo: way } = entry
  switch (way.kind) {
    case 'quiesce': {
      const quiesced = entry.phase === 'done' ? 'yes' : 'maybe'
      return quiescerOf(rig, way.quiescer).resume(way.token, { ...options, quiesced })
    }
    case 'snapshot':
      if (entry.copied === true && way.ref.keep !== undefined) return [ofThePast(entry)]
      await snapshotterOf(rig, way.snapshotter).drop(way.ref, options)
      return []
    case 'exposure':
      await snapshotterOf(rig, way.snapshotter).conceal(way.ref, options)
      return []
    case 'lift': {
      const crane = craneOf(rig, way.ref.store)
      await crane.clear(way.ref, options)
      if (entry.copied === true) return [ofThePast(entry)]
      await crane.archives?.withdraw(way.ref, options)
      return []
    }
    case 'provision':
      if (entry.copied === true) return [ofThePast(entry)]
      await provisionerOf(rig, way.provisioner).remove(way.token, options)
      return []
    case 'swap':
      await exchangerOf(rig, way.exchanger).takeBack(way.token, options)
      return []
    case 'staging':
      await exchangerOf(rig, way.exchanger).clear(way.token, options)
      return []
    case 'effect':
      // A staged dump never counts, whatever the journal is a copy of.
      if (entry.copied === true && way.effect !== STAGED_DUMPS) return [ofThePast(entry)]
      await effectOf(rig, way.effect).undo(way.token, options)
      return []
    case 'unreadable':
      throw new SalvageError('JOURNAL.CORRUPT', `an entry of run ${entry.runId} in the journal cannot be understood`, {
        why: way.why,
        hint: `put back by hand what that run had brought to rest, then delete row ${String(entry.id)} of the journal`,
      })
  }
}

function ofThePast({ undo: way, runId }: JournalEntry): Finding {
  return {
    code: 'JOURNAL.COPIED',
    message: `${describeUndo(way)} (run ${runId}) is left as it is`,
    why: 'the journal was restored from a copy that was made in the middle of that run, and what the run made may count since',
    hint: 'look at what it made, and remove it by hand when it is not wanted',
  }
}

/** What an entry is about, for people. */
export function describeUndo(way: Undo): string {
  switch (way.kind) {
    case 'quiesce':
      return `workload ${way.workload} (${way.quiescer})`
    case 'snapshot':
      return `snapshot ${way.ref.id} of ${way.ref.target}`
    case 'exposure':
      return `exposed snapshot ${way.ref.id} of ${way.ref.target}`
    case 'lift':
      return `${way.ref.warm === true ? 'warm lift' : 'lift'} ${way.ref.id} of ${way.ref.target} into ${way.ref.store.ref}`
    case 'provision':
      return `unfinished restore into ${way.target}`
    case 'swap':
      return `unfinished restore of ${way.target} in place`
    case 'staging':
      return `what a restore of ${way.target} in place left beside it`
    case 'effect':
      return way.effect === STAGED_DUMPS
        ? `the staged dump of ${way.target}`
        : `unfinished ${way.effect} of ${way.target}`
    case 'unreadable':
      return 'an entry of the journal that cannot be understood'
  }
}
