import { Readable } from 'node:stream'
import type { Backend } from '../backend.ts'
import type { DumpOpener } from '../dump/dump.ts'
import type { DumpLoader } from '../dump/loader.ts'
import type { Rig } from '../rig.ts'
import type { Keeper } from '../snapshot/keeper.ts'

/** Called before and after each write and each effect; a test kills its process in it, or never lets it go on. */
export type Point = (name: string) => Promise<void>

/**
 * The same rig with a point before and after every journal write and every effect of its backends: where a crash test
 * may end the process.
 */
export function withPoints(rig: Rig, point: Point): Rig {
  return {
    ...rig,
    journal: observed(rig.journal, 'journal', ['open', 'done', 'settle', 'failed'], point),
    catalog: observed(
      rig.catalog,
      'catalog',
      ['spare', 'startRun', 'finishRun', 'addPoint', 'removePoints', 'mark'],
      point,
    ),
    backends: rig.backends.map((backend) => observedBackend(backend, point)),
  }
}

function observedBackend(backend: Backend, point: Point): Backend {
  return {
    ...backend,
    quiescers: (backend.quiescers ?? []).map((quiescer) =>
      observed(quiescer, quiescer.id, ['prepare', 'quiesce', 'resume', 'atRest', 'healthy'], point),
    ),
    snapshotters: (backend.snapshotters ?? []).map((snapshotter) => ({
      ...observed(snapshotter, snapshotter.id, ['prepare', 'take', 'expose', 'conceal', 'drop'], point),
      ...(snapshotter.keeps === undefined ? {} : { keeps: observedKeeper(snapshotter.keeps, point) }),
    })),
    cranes: (backend.cranes ?? []).map((crane) => ({
      ...observed(crane, crane.id, ['lift', 'clear'], point),
      ...(crane.archives === undefined
        ? {}
        : { archives: observed(crane.archives, crane.id, ['lower', 'remove', 'withdraw'], point) }),
    })),
    provisioners: (backend.provisioners ?? []).map((provisioner) =>
      observed(provisioner, provisioner.scheme, ['create', 'remove'], point),
    ),
    exchangers: (backend.exchangers ?? []).map((exchanger) =>
      observed(exchanger, exchanger.id, ['stage', 'exchange', 'commit', 'takeBack', 'clear'], point),
    ),
    ...(backend.dumps === undefined ? {} : { dumps: observedDumps(backend.dumps, point) }),
    ...(backend.loader === undefined ? {} : { loader: observedLoader(backend.loader, point) }),
    effects: (backend.effects ?? []).map((effect) => observed(effect, effect.id, ['undo'], point)),
  }
}

function observedLoader(loader: DumpLoader, point: Point): DumpLoader {
  return {
    ...observed(loader, 'loader', ['ready', 'settle', 'prove'], point),
    async check(token, files, options) {
      await point('before loader.check')
      const checked = await loader.check(token, files, options)
      await point('after loader.check')
      return observed(checked, 'loader', ['load'], point)
    },
  }
}

function observedDumps(opener: DumpOpener, point: Point): DumpOpener {
  return {
    async *open(token, options) {
      await point('before dumps.open')
      for await (const file of opener.open(token, options)) {
        await point('after dumps.open')
        yield { ...file, content: observedContent(file.content, point) }
        await point('before dumps.next')
      }
    },
  }
}

function observedContent(content: Readable, point: Point): Readable {
  async function* pieces(): AsyncGenerator {
    for await (const piece of content) {
      await point('before dumps.content')
      yield piece
    }
    await point('after dumps.content')
  }
  return Readable.from(pieces(), { objectMode: false })
}

function observedKeeper(keeper: Keeper, point: Point): Keeper {
  const points = observed(keeper.points, keeper.id, ['lower', 'remove'], point)
  return { ...observed(keeper, keeper.id, ['keep'], point), points }
}

function observed<Part extends object>(part: Part, id: string, verbs: readonly (keyof Part)[], point: Point): Part {
  const wrapped: Partial<Record<keyof Part, unknown>> = {}
  for (const verb of verbs) {
    const call = part[verb]
    if (typeof call !== 'function') continue
    wrapped[verb] = async (...given: readonly unknown[]): Promise<unknown> => {
      await point(`before ${id}.${String(verb)}`)
      const result: unknown = await Reflect.apply(call, part, given)
      await point(`after ${id}.${String(verb)}`)
      return result
    }
  }
  return { ...part, ...wrapped }
}
