import { findingOf, SalvageError } from '@salvage-kit/core'
import type { CallOptions, Finding, Problem, TargetRef } from '@salvage-kit/core'
import type { RancherItem, RancherSurvey } from '../backend/item.ts'
import type { Rancher } from '../backend/open-rancher.ts'
import { dumpOne } from './dump-one.ts'
import { manifestBook } from './manifest-book.ts'
import { readManifest, writeManifest } from './manifest.ts'
import type { Manifest } from './manifest.ts'
import { settleParts } from './part.ts'
import { layoutOf } from './place.ts'
import { pruneDumps } from './prune-dumps.ts'

/** Whose dumps are written, and where. */
export interface DumpsInto extends DumpsOf {
  /** Absolute. */
  readonly directory: string
}

/** Whose dumps are written. */
export interface DumpsOf {
  /** What finds and opens them. */
  readonly rancher: Rancher
  /** What there is of services and stacks, dumped or not: what is not among it is gone for good. */
  readonly standing: (options: CallOptions) => Promise<ReadonlySet<TargetRef>>
  /** Gets what a person should know and nothing failed for. */
  readonly warn: (finding: Finding) => void
}

/** Of what is not dumped because somebody wants it so, or because there is nothing that could be. */
const NO_FAILURE = new Set([
  'RANCHER.DISABLE_UNUSUAL',
  'RANCHER.NO_EXPORT',
  'RANCHER.SERVER_LEFT',
  'RANCHER.TYPE_UNKNOWN',
])
const ORDER: readonly RancherItem['kind'][] = ['database', 'stack', 'server']

/**
 * Dumps everything that there is into the directory, one after the other. What cannot be dumped is a finding with its
 * target, the files of before stay, and the others are dumped all the same. Then dumps of what is gone are removed, as far
 * as a manifest names them. Rejects only with the reason of the signal; then the former files stand.
 */
export async function dumpAll(into: DumpsInto, { signal }: CallOptions): Promise<readonly Finding[]> {
  const { directory, rancher, warn } = into
  const findings: Finding[] = []
  try {
    await settleParts(directory)
    const book = manifestBook(directory, await formerManifest(directory, warn), new Date().toISOString())
    const found = await rancher.survey({ signal })
    const layout = layoutOf(found)
    for (const problem of found.problems) {
      if (!isLost(problem, found)) warn(problem)
      else {
        findings.push(problem)
        if (problem.target !== undefined) book.failed(problem.target, problem.code)
      }
    }
    for (const item of inOrder(found)) {
      signal.throwIfAborted()
      try {
        await dumpOne(into, item, { book, layout }, { signal })
      } catch (error) {
        signal.throwIfAborted()
        const finding = ofTarget(item.ref, error)
        book.failed(item.ref, finding.code)
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
async function formerManifest(directory: string, warn: DumpsInto['warn']): Promise<Manifest | undefined> {
  try {
    return await readManifest(directory)
  } catch (error) {
    warn(findingOf(error))
    return undefined
  }
}

/** Databases, then stacks, then the server, as it always was. */
function inOrder({ items }: RancherSurvey): readonly RancherItem[] {
  return items.toSorted((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
}

/** A problem of what is dumped all the same is a warning, too. */
function isLost({ code, target }: Problem, { items }: RancherSurvey): boolean {
  return target !== undefined && !NO_FAILURE.has(code) && !items.some(({ ref }) => ref === target)
}

/** Whose files are to go. Nobody is asked when all of the manifest are of what was found. */
async function goneIn(
  { standing }: DumpsInto,
  { items, problems }: RancherSurvey,
  { files }: Manifest,
  options: CallOptions,
): Promise<(target: TargetRef) => boolean> {
  const known = new Set([...items.map(({ ref }) => ref), ...problems.flatMap(({ target }) => target ?? [])])
  const isMissing = (target: TargetRef): boolean => target.startsWith('rancher:') && !known.has(target)
  const isUnseen = problems.some(({ target }) => target?.startsWith('rancher:') === true && target.endsWith('*'))
  if (isUnseen || !files.some(({ target }) => isMissing(target))) return () => false
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
