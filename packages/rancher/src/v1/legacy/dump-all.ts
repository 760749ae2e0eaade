import { findingOf, isSalvageError, SalvageError } from '@salvage-kit/core'
import type { CallOptions, DumpCall, Finding, Problem, TargetRef } from '@salvage-kit/core'
import type { RancherItem, RancherSurvey } from '../backend/item.ts'
import type { Rancher } from '../backend/open-rancher.ts'
import { dumpOne } from './dump-one.ts'
import { absences } from './gone.ts'
import { manifestBook } from './manifest-book.ts'
import { readManifest, writeManifest } from './manifest.ts'
import type { Manifest } from './manifest.ts'
import { pruneDumps } from './prune-dumps.ts'
import { settleParts } from './settle-parts.ts'
import type { Standing } from './standing.ts'

/** Whose dumps are written, and where. */
export interface DumpsInto extends DumpsOf {
  /** Absolute. */
  readonly directory: string
}

/** Whose dumps are written. */
export interface DumpsOf {
  /** What finds and opens them. */
  readonly rancher: Rancher
  /** What there is of services and stacks, dumped or not. Undefined: there is nobody to ask, though somebody should be. */
  readonly standing: (options: CallOptions) => Promise<readonly Standing[] | undefined>
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
const NOT_LOOKED: Finding = {
  code: 'RANCHER.NOT_LOOKED',
  message: 'databases and stacks of Rancher were not looked for: nothing says where its API is',
  hint: 'set cattle.url or CATTLE_URL; where they are not wanted, set cattle.databases and cattle.stacks to false',
}
const ORDER: readonly RancherItem['kind'][] = ['database', 'stack', 'server']

/**
 * Dumps everything that there is into the directory, one after the other. What cannot be dumped is a finding with its
 * target, the files of before stay, and the others are dumped all the same. Then dumps of what is gone are removed, as far
 * as a manifest names them. Rejects only with the reason of the signal; then the former files stand.
 */
export async function dumpAll(into: DumpsInto, call: DumpCall): Promise<readonly Finding[]> {
  const { directory, rancher, warn } = into
  const { signal } = call
  const findings: Finding[] = [...(await settleParts(directory))]
  try {
    const book = manifestBook(directory, await formerManifest(directory, warn), new Date().toISOString())
    const found = await rancher.survey({ signal })
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
        await dumpOne(into, item, book, call)
      } catch (error) {
        signal.throwIfAborted()
        const finding = ofTarget(item.ref, error)
        book.failed(item.ref, finding.code)
        findings.push(finding)
      }
    }
    const standing = await standingNow(into, { files: book.now().files, findings }, { signal })
    const { manifest, isGone } = absences(book.now(), { standing, problems: found.problems })
    await writeManifest(directory, await pruneDumps(directory, manifest, isGone, warn))
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

/** What stands now. What nobody could be asked about is not gone; that nobody was asked costs dumps, where some were made before. */
async function standingNow(
  { standing, warn }: DumpsInto,
  { files, findings }: { readonly files: Manifest['files']; readonly findings: Finding[] },
  { signal }: CallOptions,
): Promise<readonly Standing[]> {
  try {
    const there = await standing({ signal })
    if (there !== undefined) return there
    const isMissed = files.some(({ target }) => target.startsWith('rancher:'))
    if (isMissed) findings.push(NOT_LOOKED)
    else warn(NOT_LOOKED)
  } catch (error) {
    signal.throwIfAborted()
    if (!isSalvageError(error)) throw error
    warn(findingOf(error))
  }
  return []
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
