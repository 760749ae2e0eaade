import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { SalvageError } from '@salvage-kit/core'
import type { ConfigDocument, Position } from './document.ts'
import type { LenientPlace } from './lenient-place.ts'
import type { ConfigProblem } from './problems.ts'
import type { Config } from './config.ts'

/** The configuration in force and where it comes from. */
export interface LoadedConfig {
  readonly config: Config
  /** Absolute; absent when there is no file and everything is at its default. */
  readonly file?: string
  /** Where a value stands, for messages: `FILE:LINE`. */
  readonly placeOf: (path: readonly (string | number)[]) => string
  /** What it was read in; settings of buttervolume stand there. Default: that of the process. */
  readonly environment?: ConfigSearch['environment']
}

/** What decides which file is read. */
export interface ConfigSearch {
  /** `--config`. */
  readonly file?: string | undefined
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Where relative paths start. */
  readonly directory: string
}

/** Looked at, in this order, when no file is named. */
const DEFAULT_FILES = ['salvage-kit.yaml', '/etc/salvage-kit/salvage-kit.yaml']

/**
 * Reads `--config`, else `SALVAGE_CONFIG`, else `./salvage-kit.yaml`, else `/etc/salvage-kit/salvage-kit.yaml`; without
 * any the configuration is empty. Where no file names the machine, `MACHINE` does.
 * Rejects with `CONFIG.NOT_FOUND` for a named file that is not there,
 * `CONFIG.UNREADABLE`, and `CONFIG.INVALID` with everything that is wrong in it.
 */
export async function loadConfig(search: ConfigSearch): Promise<LoadedConfig> {
  const found = await findConfig(search)
  const machine = search.environment['MACHINE'] ?? ''
  const named = machine === '' ? {} : { machine }
  const { environment } = search
  if (found === undefined) return { config: named, placeOf: (path) => path.join('.'), environment }
  // Loaded here: without a file nothing of it is needed.
  const { readConfig } = await import('./read-config.ts')
  const parsed = await readConfig(found.text)
  if (parsed.config === undefined) throw invalid(found.file, parsed.problems)
  const config = { ...named, ...parsed.config }
  return { config, file: found.file, placeOf: (path) => place(found.file, parsed.document, path), environment }
}

/**
 * Where a daemon may be when {@link loadConfig} rejects: what the file that it would read says of that, whatever else is wrong
 * in it.
 */
export async function placeInSpite(search: ConfigSearch): Promise<LenientPlace> {
  const { lenientPlace } = await import('./lenient-place.ts')
  const named = search.file ?? search.environment['SALVAGE_CONFIG']
  const files = named === undefined || named === '' ? DEFAULT_FILES : [named]
  const file = files.map((name) => resolve(search.directory, name)).find((path) => existsSync(path))
  return file === undefined ? {} : lenientPlace(file)
}

async function findConfig(search: ConfigSearch): Promise<{ file: string; text: string } | undefined> {
  const named = search.file ?? search.environment['SALVAGE_CONFIG']
  if (named !== undefined && named !== '') {
    const file = resolve(search.directory, named)
    const text = await read(file)
    if (text !== undefined) return { file, text }
    throw new SalvageError('CONFIG.NOT_FOUND', `${file}: there is no such file`, {
      why: search.file === undefined ? 'SALVAGE_CONFIG names it' : '--config names it',
      hint: 'name a file that is there, or leave it out',
    })
  }
  for (const name of DEFAULT_FILES) {
    const file = resolve(search.directory, name)
    const text = await read(file)
    if (text !== undefined) return { file, text }
  }
  return undefined
}

async function read(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR'))
      return undefined
    throw new SalvageError('CONFIG.UNREADABLE', `${file}: it cannot be read`, {
      why: error instanceof Error ? error.message : String(error),
      hint: 'name a file that this user may read with --config',
      cause: error,
    })
  }
}

function place(file: string, document: ConfigDocument, path: readonly (string | number)[]): string {
  return `${file}:${String(document.positionOf(path).line)}`
}

/** How many things that are wrong are told at once: many come of one slip. */
const TOLD = 12

function invalid(file: string, problems: readonly ConfigProblem[]): SalvageError {
  const [first] = problems
  if (first === undefined) throw new Error('an invalid configuration without a problem')
  if (problems.length === 1)
    return new SalvageError('CONFIG.INVALID', problemText(file, first), {
      ...(first.why === undefined ? {} : { why: first.why }),
      hint: first.hint ?? 'salvage-kit config schema prints what may stand there',
    })
  const lines = problems.slice(0, TOLD).map((problem) => {
    const more = [problem.why, problem.hint].filter((text) => text !== undefined).join('; ')
    return `${position(problem)} ${problem.path}${problem.path === '' ? '' : ': '}${problem.message}${more === '' ? '' : ` (${more})`}`
  })
  const others = problems.length - lines.length
  return new SalvageError('CONFIG.INVALID', `${file}: ${String(problems.length)} things are wrong`, {
    why: [...lines, ...(others === 0 ? [] : [`and ${String(others)} more`])].join('\n'),
    hint: 'salvage-kit config schema prints what may stand there',
  })
}

function problemText(file: string, problem: ConfigProblem): string {
  return `${file}:${position(problem)}: ${problem.path}${problem.path === '' ? '' : ': '}${problem.message}`
}

function position({ line, column }: Position): string {
  return `${String(line)}:${String(column)}`
}
