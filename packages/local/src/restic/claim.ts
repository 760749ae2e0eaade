import { randomUUID } from 'node:crypto'
import { mkdir, readdir, readFile, rm, stat } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { z } from 'zod'
import { bootId, isAlive, parseStat } from '../process/process-table.ts'
import type { ProcessEntry } from '../process/process-table.ts'
import { messageIn } from './message-line.ts'
import type { Repository } from './restic-store.ts'

/** Written by the process itself before it becomes restic, so there is no moment in which it runs and is not known. */
const CLAIMING = `
{ printf '%s\\n' "$1" && cat /proc/sys/kernel/random/boot_id "/proc/$$/stat"; } >"$0" || exit 97
shift
if setpriv --pdeathsig INT true 2>/dev/null; then exec setpriv --pdeathsig INT -- "$@"; fi
exec "$@"`

const UNFINISHED_MS = 60_000

/** The variable that marks every process of one lift. */
const MARK = 'SALVAGE_LIFT'

/**
 * A note of one restic process that locks a repository: which process of which boot it is. With it a lock can be told to
 * be ours and dead. The process also gets SIGINT when the process that started it dies, where `setpriv` can do that.
 */
export interface Claim {
  readonly file: string
  /** The command that notes itself down and then is `argv`, under the same pid. */
  around(argv: readonly string[]): readonly string[]
  readonly env: Readonly<Record<string, string>>
}

/** Prepares a claim. `work` names what the process is for: the id of a lift, or a word such as `forget`. */
export async function newClaim(stateDirectory: string, work: string, repository: Repository): Promise<Claim> {
  const folder = folderOf(stateDirectory)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const file = join(folder, `${work}.${randomUUID()}`)
  const header: Header = { store: repository.ref, host: hostname(), at: new Date().toISOString() }
  return {
    file,
    around: (argv) => ['sh', '-c', CLAIMING, file, JSON.stringify(header), ...argv],
    env: { [MARK]: work },
  }
}

/** What every process of a lift carries in its environment. */
export function markOf(work: string): string {
  return `${MARK}=${work}`
}

interface Header {
  readonly store: string
  readonly host: string
  readonly at: string
}

const headerOf: z.ZodType<Header> = z.strictObject({ store: z.string(), host: z.string(), at: z.iso.datetime() })

/** A claim as it was found. */
export interface FoundClaim extends Header {
  readonly file: string
  readonly boot: string
  readonly process: ProcessEntry
}

/** The claims of processes that have ended, of one work or all. */
export async function deadClaims(stateDirectory: string, work?: string): Promise<readonly FoundClaim[]> {
  const folder = folderOf(stateDirectory)
  const names = await readdir(folder).catch(() => [])
  const dead: FoundClaim[] = []
  for (const name of names) {
    if (work !== undefined && name.slice(0, name.lastIndexOf('.')) !== work) continue
    const file = join(folder, name)
    const claim = await readClaim(file)
    if (claim === undefined) await dropUnfinished(file)
    else if ((await bootId()) !== claim.boot || !(await isAlive(claim.process))) dead.push(claim)
  }
  return dead
}

/** What was not written to its end started nothing; it may also be about to be written. */
async function dropUnfinished(file: string): Promise<void> {
  const found = await stat(file).catch(() => undefined)
  if (found !== undefined && Date.now() - found.mtimeMs > UNFINISHED_MS) await dropClaim({ file })
}

/** The claim is not needed: its process has removed its lock. */
export async function dropClaim(claim: Pick<Claim, 'file'>): Promise<void> {
  await rm(claim.file, { force: true })
}

async function readClaim(file: string): Promise<FoundClaim | undefined> {
  const [first = '', boot = '', line = ''] = (await readFile(file, 'utf8').catch(() => '')).split('\n')
  const entry = parseStat(line)
  if (entry === undefined) return undefined
  const header = messageIn(first, headerOf)
  return header === undefined ? undefined : { ...header, file, boot, process: entry }
}

function folderOf(stateDirectory: string): string {
  return join(stateDirectory, 'restic')
}
