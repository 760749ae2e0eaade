import type { CallOptions, TargetRef, WorkloadEvent } from '@salvage-kit/core'
import type { DockerEngine } from '../engine.ts'
import { eventsOn } from '../event-chain.ts'
import { ENTITY } from '../label/keys.ts'
import { targetRef } from '../label/volume-item.ts'
import { pastEvents } from '../past-events.ts'
import { knownContainers } from './known-containers.ts'

const RISING = new Set(['start', 'restart', 'unpause'])
const FALLING = new Set(['die', 'stop', 'pause', 'kill', 'oom'])
const REMOVED = 'destroy'
const MOUNTED = 'mount'

/**
 * What containers do, from the call on. A container that is met for the first time is looked at when it starts; should it
 * be gone by then, the volumes that the engine mounted for it are known from the mounts' own events. Cranes are left out.
 *
 * A connection that is cut is made anew without a gap. Throws `DOCKER.UNREACHABLE` when events may have been missed: the
 * engine was restarted, or has forgotten what came meanwhile.
 */
export async function* watchEngine(
  engine: DockerEngine,
  { signal }: CallOptions,
): AsyncIterable<WorkloadEvent | 'ready'> {
  signal.throwIfAborted()
  const left = new AbortController()
  try {
    yield* follow(engine, { signal: AbortSignal.any([signal, left.signal]) })
  } catch (error) {
    if (!signal.aborted) throw error
  } finally {
    // The reader may have left without the signal.
    left.abort()
  }
}

async function* follow(engine: DockerEngine, options: CallOptions): AsyncIterable<WorkloadEvent | 'ready'> {
  const kinds = ['container', 'volume'] as const
  // The engine answers a moment before it listens; what happens in between comes from its buffer.
  const { name, nowMs } = await engine.info(options)
  const known = await knownContainers(engine, name, options)
  // Begun with what it told last, so that a connection can be made anew before anything has happened.
  const last = (await pastEvents(engine, { kinds, sinceMs: 0, untilMs: nowMs, actions: [] }, options)).at(-1)
  const events = await eventsOn(engine, { kinds, sinceMs: Math.min(nowMs, (last?.atMs ?? nowMs) - 1) }, options)
  yield 'ready'
  const mounted = new Map<string, Set<string>>()
  for await (const event of events) {
    if (event.atMs < nowMs) continue
    if (event.kind === 'volume') {
      const container = event.attributes['container'] ?? ''
      if (event.action === MOUNTED) mounted.set(container, (mounted.get(container) ?? new Set()).add(event.subject))
      continue
    }
    if (event.action === REMOVED) {
      known.forget(event.subject)
      mounted.delete(event.subject)
    }
    const type = RISING.has(event.action) ? 'rising' : FALLING.has(event.action) ? 'falling' : undefined
    if (type === undefined || event.attributes[ENTITY] !== undefined) continue
    const { id, uses, writes } = await known.of(event)
    const all = new Set([...uses, ...(mounted.get(event.subject) ?? [])])
    yield {
      type,
      what: event.action,
      workload: id,
      uses: refs(all),
      ...(writes.length === 0 ? {} : { writes }),
      at: new Date(event.atMs).toISOString(),
    }
  }
}

function refs(volumes: ReadonlySet<string>): readonly TargetRef[] {
  return [...volumes].toSorted().map((name) => targetRef(name))
}
