import { findingOf, opened, SalvageError } from '@salvage-kit/core'
import type { Backend, CallOptions, Finding, Problem, StreamSource, Survey, Target, TargetRef } from '@salvage-kit/core'
import { readManifest, writeManifest } from './manifest.ts'
import type { DumpedFile, Manifest } from './manifest.ts'
import { placeOf } from './place.ts'
import { pruneDumps } from './prune-dumps.ts'
import { settleParts } from './part.ts'
import { writeDump } from './write-dump.ts'

/** Whose dumps are written, and where. */
export interface DumpsInto {
  /** What finds and opens them. */
  readonly of: Pick<Backend, 'discovery' | 'dumps' | 'id'>
  /** Absolute. */
  readonly directory: string
  /** What there is of services and stacks, dumped or not: what is not among it is gone for good. */
  readonly standing: (options: CallOptions) => Promise<ReadonlySet<TargetRef>>
  /** Gets what a person should know and nothing failed for. */
  readonly warn: (finding: Finding) => void
}

/** Of services that are not dumped because somebody wants it so, or because there is nothing that could be. */
const NO_FAILURE = new Set([
  'RANCHER.DISABLE_UNUSUAL',
  'RANCHER.NO_EXPORT',
  'RANCHER.SERVER_LEFT',
  'RANCHER.TYPE_UNKNOWN',
])

/**
 * Dumps everything that there is into the directory, one after the other. What cannot be dumped is a finding with its
 * target, the files of before stay, and the others are dumped all the same. Then dumps of what is gone are removed, as far
 * as a manifest names them. Rejects only with the reason of the signal; then the former files stand.
 */
export async function dumpAll(into: DumpsInto, { signal }: CallOptions): Promise<readonly Finding[]> {
  const { directory, of, warn } = into
  const at = new Date().toISOString()
  const findings: Finding[] = []
  try {
    await settleParts(directory)
    const [former, doubt] = await formerManifest(directory)
    if (doubt !== undefined) warn(doubt)
    const found = await of.discovery?.survey({ signal })
    if (found === undefined) throw new Error(`${of.id} finds nothing`)
    const { lost, warnings } = sorted(found.problems)
    for (const finding of warnings) warn(finding)
    findings.push(...lost)
    const book = bookOf(directory, former, at)
    for (const problem of lost) if (problem.target !== undefined) book.fail(problem.target, problem.code)
    for (const target of inOrder(found, of.id)) {
      signal.throwIfAborted()
      const { ref, source } = target
      try {
        const files = opened(dumpsOf(of), source, { signal })
        await writeDump(directory, { target: ref, place: placeOf(ref), files, at }, { signal, proven: book.take(ref) })
      } catch (error) {
        signal.throwIfAborted()
        const finding = ofTarget(ref, error)
        book.fail(ref, finding.code)
        findings.push(finding)
      }
    }
    const isGone = await goneIn(into, found, book.now(), { signal })
    await writeManifest(directory, await pruneDumps(directory, book.now(), isGone, warn))
  } catch (error) {
    signal.throwIfAborted()
    findings.push(nothingMore(error))
  }
  return findings
}

/** Of a directory whose manifest nobody can read, no file is known. */
async function formerManifest(directory: string): Promise<readonly [Manifest | undefined, Finding?]> {
  try {
    return [await readManifest(directory)]
  } catch (error) {
    return [undefined, findingOf(error)]
  }
}

type Dumpable = Target & { readonly source: StreamSource }

/** Databases, then stacks, then the server, as it always was. */
function inOrder({ targets }: Survey, backend: string): readonly Dumpable[] {
  const own = targets.filter(
    (target): target is Dumpable => target.source.medium === 'stream' && target.source.backend === backend,
  )
  return own.toSorted((a, b) => rank(a) - rank(b))
}

function rank({ ref }: Target): number {
  if (ref.startsWith('rancher-db:')) return 2
  return ref.includes('/') ? 0 : 1
}

function dumpsOf({ id, dumps }: DumpsInto['of']): NonNullable<Backend['dumps']> {
  if (dumps === undefined) throw new Error(`${id} opens no dumps`)
  return dumps
}

function sorted(problems: readonly Problem[]): {
  readonly lost: readonly Problem[]
  readonly warnings: readonly Problem[]
} {
  return { lost: problems.filter(isLost), warnings: problems.filter((problem) => !isLost(problem)) }
}

function isLost({ code, target }: Problem): boolean {
  return target !== undefined && !NO_FAILURE.has(code)
}

interface Book {
  now(): Manifest
  /** Writes down what is about to take the place of what was. */
  take(target: TargetRef): (files: readonly DumpedFile[]) => Promise<void>
  fail(target: TargetRef, code: string): void
}

/** The manifest while it grows: a file is in it before it stands in its place, so that none is ever nobody's. */
function bookOf(directory: string, former: Manifest | undefined, at: string): Book {
  const byPath = new Map((former?.files ?? []).map((file) => [file.path, file]))
  const failed: Manifest['failed'][number][] = []
  const now = (): Manifest => ({ at, files: [...byPath.values()], failed })
  return {
    now,
    take: () => async (files) => {
      for (const file of files) byPath.set(file.path, file)
      await writeManifest(directory, now())
    },
    fail: (target, code) => void failed.push({ target, code }),
  }
}

/** Whose files are to go. Nobody is asked when all of the manifest are of what was found. */
async function goneIn(
  { standing }: DumpsInto,
  { targets, problems }: Survey,
  { files }: Manifest,
  options: CallOptions,
): Promise<(target: TargetRef) => boolean> {
  const known = new Set([...targets.map(({ ref }) => ref), ...problems.flatMap(({ target }) => target ?? [])])
  const isMissing = (target: TargetRef): boolean => target.startsWith('rancher:') && !known.has(target)
  if (!files.some(({ target }) => isMissing(target))) return () => false
  const there = await standing(options)
  return (target) => isMissing(target) && !there.has(target)
}

function ofTarget(ref: TargetRef, error: unknown): Finding {
  const finding = findingOf(error)
  return finding.message.includes(ref) ? finding : { ...finding, message: `${ref} is not dumped: ${finding.message}` }
}

function nothingMore(error: unknown): Finding {
  const { code, message, why, hint } = findingOf(error)
  return findingOf(
    new SalvageError(
      'RANCHER.NOT_DUMPED',
      'dumps were not made, or not all: those of before stay, and go into the copy',
      {
        why: [`${message} (${code})`, why].filter((text) => text !== undefined).join(': '),
        ...(hint === undefined ? {} : { hint }),
      },
    ),
  )
}
