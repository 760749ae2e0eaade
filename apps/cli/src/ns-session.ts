import type { CallOptions, Finding } from '@salvage-kit/core'
import { databasePlace, openNs, readBak } from '@salvage-kit/host/ns'
import type { BakDatabaseName, Ns } from '@salvage-kit/host/ns'
import { failureText } from './failure.ts'
import { interruptible } from './interrupt.ts'
import type { Invocation } from './invocation.ts'

type Settings = ReturnType<typeof readBak>['settings']
type Place = Awaited<ReturnType<typeof databasePlace>>

/** What a command of namespaces works with. */
export interface NsSession extends CallOptions {
  readonly ns: Ns
  /** The settings of the variables; what they say that means nothing is told once. Throws `BAK.INVALID`. */
  readonly settings: () => Settings
  /** Says what is odd and no failure, on stderr. */
  readonly warn: (findings: readonly Finding[]) => void
  /** Says what is done, on stderr; not with `-q`. */
  readonly say: (line: string) => void
}

/** Connects to the cluster, does the work of a command and closes again. No file of salvage-kit is read. */
export async function withNs(
  { options, terminal }: Invocation,
  work: (session: NsSession) => Promise<number>,
): Promise<number> {
  using interrupt = interruptible(terminal, undefined, 'stopping')
  const { signal } = interrupt
  for (const secret of passwordsOf(terminal.environment)) terminal.redactor.add(secret)
  await using ns = await openNs(terminal.environment, { signal })
  const warn = (findings: readonly Finding[]): void => {
    if (options.quiet !== true) for (const finding of findings) terminal.err(failureText(finding, 'warning'))
  }
  const say = (line: string): void => {
    if (options.quiet !== true) terminal.err(`${line}\n`)
  }
  const settings = (): Settings => {
    const { settings: read, findings } = readBak(ns)
    warn(findings)
    return read
  }
  return await work({ ns, signal, settings, warn, say })
}

/** What a command of a database works with. */
export interface DatabaseSession extends NsSession {
  readonly place: Place
  readonly dryRun: boolean
}

/** As {@link withNs}, for one database of the variables. */
export async function withDatabase(
  invocation: Invocation,
  of: BakDatabaseName,
  work: (session: DatabaseSession) => Promise<number>,
): Promise<number> {
  return withNs(invocation, async (session) => {
    const { ns, signal } = session
    const settings = session.settings()
    const place = await databasePlace(ns.cluster, settings, of, { signal })
    return work({ ...session, settings: () => settings, place, dryRun: settings.dryRun })
  })
}

/** Those that stand in the variables themselves, not by the name of a variable of the container. */
function passwordsOf(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return ['BAK_DB_POSTGRES_PASSWORD', 'BAK_DB_MYSQL_PASSWORD'].flatMap((name) => {
    const value = environment[name] ?? ''
    return value.length < 4 || /^\$\{?\w+\}?$/.test(value) ? [] : [value]
  })
}
