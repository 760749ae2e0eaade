import type { Done, Found } from './world.ts'

/** A crane image in memory: keeps the contents of claims, and knows its contract. */
export interface MemoryImage {
  readonly run: (found: Found) => Done
  /** The contents of claims by `NAMESPACE/NAME`. */
  readonly claims: Map<string, string>
  readonly seen: Found[]
}

interface Kept {
  readonly line: Readonly<Record<string, string | boolean>>
  readonly content: string
}

/** One with an empty store. */
export function memoryImage(): MemoryImage {
  const claims = new Map<string, string>()
  const store = new Map<string, Kept>()
  const seen: Found[] = []
  function lift({ env, namespace, claim }: Found): Done {
    const id = env['SALVAGE_LIFT_ID'] ?? ''
    const line = {
      id,
      liftId: id,
      runId: env['SALVAGE_RUN_ID'] ?? '',
      target: env['SALVAGE_TARGET'] ?? '',
      machine: env['SALVAGE_MACHINE_NAME'] ?? '',
      takenAt: env['SALVAGE_TAKEN_AT'] ?? '',
      state: 'good',
      ...(env['SALVAGE_WARM'] === '1' ? { warm: true } : {}),
    }
    store.set(id, { line, content: claims.get(`${namespace}/${claim}`) ?? '' })
    return { files: { 'result.json': JSON.stringify({ id }) }, lines: ['lifted'] }
  }
  function run(found: Found): Done {
    seen.push(found)
    const { env, namespace, claim, annotations } = found
    const kept = store.get(env['SALVAGE_ARCHIVE_ID'] ?? '')
    switch (env['SALVAGE_ACTION'] ?? '') {
      case 'lift':
        return lift(found)
      case 'lower':
        if (kept !== undefined) claims.set(`${namespace}/${claim}`, kept.content)
        return { code: kept === undefined ? 15 : 0 }
      case 'list':
        return {
          files: { 'archives.jsonl': [...store.values()].map(({ line }) => `${JSON.stringify(line)}\n`).join('') },
        }
      case 'check':
        return { code: env['SALVAGE_ARCHIVE_ID'] === undefined || kept !== undefined ? 0 : 15 }
      case 'forget':
        for (const id of (annotations['salvage-kit.io/forget-list'] ?? '').split('\n')) store.delete(id)
        return {}
      default:
        return { code: 17 }
    }
  }
  return { run, claims, seen }
}
