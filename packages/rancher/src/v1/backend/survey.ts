import { findingOf, isSalvageError } from '@salvage-kit/core'
import type { CallOptions, Problem, TargetRef } from '@salvage-kit/core'
import { unencrypted } from '../address.ts'
import type { Cattle } from '../client/cattle.ts'
import type { Stack } from '../client/schema.ts'
import { databases } from '../discovery/databases.ts'
import type { Database } from '../discovery/databases.ts'
import { environments } from '../discovery/environments.ts'
import type { Environment } from '../discovery/environments.ts'
import { chosenInstances } from '../discovery/instances.ts'
import { allOf, stackRef } from '../discovery/reference.ts'
import { noExport } from '../stack/export.ts'
import type { JobBook } from './job-book.ts'
import type { RancherItem, RancherSurvey } from './item.ts'
import type { RancherTools } from './open-rancher.ts'
import { serverOf, serverRef } from './server-dump.ts'
import { tokenJson } from './token.ts'

/** As `Rancher.survey`. */
export async function surveyRancher(tools: RancherTools, options: CallOptions): Promise<RancherSurvey> {
  options.signal.throwIfAborted()
  const parts = await Promise.all([surveyApi(tools, options), surveyServer(tools, options)])
  return {
    items: parts.flatMap(({ items }) => items).toSorted((a, b) => (a.ref < b.ref ? -1 : 1)),
    problems: parts.flatMap(({ problems }) => problems),
  }
}

async function surveyApi(tools: RancherTools, { signal }: CallOptions): Promise<RancherSurvey> {
  const { api, environments: wanted = [], databases: wantsDatabases = true } = tools
  if (api === undefined) return { items: [], problems: [] }
  const open = unencrypted(api.address, tools.allowHttp)
  const book = wantsDatabases ? await orProblem(EVERY_DATABASE, signal, tools.readBook) : { problems: [] }
  const found = await orProblem('rancher:*', signal, () => environments(api, wanted, { signal }))
  const each = await Promise.all(
    (found.value ?? []).map((one) => surveyEnvironment({ ...tools, api }, one, book.value, { signal })),
  )
  return {
    items: each.flatMap(({ items }) => items),
    problems: [
      ...(open === undefined ? [] : [open]),
      ...book.problems,
      ...(book.value?.findings ?? []),
      ...found.problems,
      ...each.flatMap(({ problems }) => problems),
    ],
  }
}

async function surveyEnvironment(
  tools: RancherTools & { readonly api: Cattle },
  environment: Environment,
  book: JobBook | undefined,
  { signal }: CallOptions,
): Promise<RancherSurvey> {
  const { reader, stacks: wantsStacks = true } = tools
  if (reader === undefined) throw new Error('an API without a reader')
  const read = await orProblem(allOf(environment.prefix), signal, () => reader.now(environment, { signal }))
  if (read.value === undefined) return { items: [], problems: read.problems }
  const found = book === undefined ? { databases: [], problems: [] } : databases(environment, read.value, book.entries)
  const parts = [
    ...(book === undefined ? [] : found.databases.map((one) => databaseItem(tools, environment, one, book))),
    ...(wantsStacks ? read.value.stacks.map((stack) => stackItem(environment, stack)) : []),
  ]
  return {
    items: parts.flatMap(({ items }) => items),
    problems: [...found.problems, ...parts.flatMap(({ problems }) => problems)],
  }
}

function databaseItem(
  { instances = 'first', root }: RancherTools,
  environment: Environment,
  database: Database,
  book: JobBook,
): RancherSurvey {
  const { ref, place, entry } = database
  const chosen = chosenInstances(database, instances)
  try {
    // What is wrong with its template is known before anything runs.
    for (const one of chosen) book.job(database, one, root)
  } catch (error) {
    if (!isSalvageError(error)) throw error
    const finding = findingOf(error)
    return {
      items: [],
      problems: [{ ...finding, message: `${ref} cannot be dumped: ${finding.message}`, target: ref }],
    }
  }
  const ids = chosen.map(({ instance }) => instance.id)
  const left = database.instances.length - chosen.length
  return {
    items: [
      {
        ref,
        kind: 'database',
        token: tokenJson({ version: 1, kind: 'database', ref, environment, entry: entry.name, instances: ids }),
        several: chosen.length > 1 || book.several(entry),
        ...standing(environment, place),
      },
    ],
    problems: [
      ...(left === 0 ? [] : [scaled(ref, left)]),
      ...(instances === 'all' ? database.resting.map((name) => instanceLeft(ref, name)) : []),
    ],
  }
}

function stackItem(environment: Environment, stack: Stack): RancherSurvey {
  const { prefix } = environment
  const names = { stack: stack.name, ...(prefix === undefined ? {} : { environment: prefix }) }
  const ref = stackRef(names)
  const why = noExport(ref, stack)
  if (why !== undefined) return { items: [], problems: [{ ...why, target: ref }] }
  const token = tokenJson({ version: 1, kind: 'stack', ref, environment, id: stack.id })
  return { items: [{ ref, kind: 'stack', token, several: true, ...standing(environment, names) }], problems: [] }
}

async function surveyServer(tools: RancherTools, { signal }: CallOptions): Promise<RancherSurvey> {
  const { value, problems } = await orProblem('rancher-db:*', signal, () => serverOf(tools, { signal }))
  const { database, finding } = value ?? {}
  if (database === undefined)
    return { items: [], problems: [...problems, ...(finding === undefined ? [] : [{ ...finding, target: SERVER }])] }
  const ref = serverRef(database.name)
  const token = tokenJson({ version: 1, kind: 'server', ref })
  const item: RancherItem = { ref, kind: 'server', token, several: false, names: { database: database.name } }
  return { items: [item], problems }
}

const EVERY_DATABASE: TargetRef = `rancher:${['*', '*'].join('/')}`
const SERVER: TargetRef = 'rancher-db:*'

function scaled(ref: TargetRef, left: number): Problem {
  return {
    code: 'RANCHER.SCALED',
    message: `${ref} runs in ${String(left + 1)} containers, and the oldest of them is dumped`,
    why: 'which of them holds what, Rancher does not know',
    hint: 'set cattle.instances to all where each has data of its own',
  }
}

/** Of one container, not of its service: the others are dumped all the same. */
function instanceLeft(ref: TargetRef, name: string): Problem {
  return {
    code: 'RANCHER.INSTANCE_LEFT',
    message: `${name}, a container of ${ref}, is not dumped: it does not run, or has no address`,
    hint: 'start it, or remove it from its service; its dump of before stays as long as Rancher has it',
    target: `${ref}/${name}`,
  }
}

/** Where an item stands. */
function standing(
  { id, folder }: Environment,
  names: RancherItem['names'],
): Pick<RancherItem, 'environment' | 'names'> {
  return {
    ...(id === undefined ? {} : { environment: id }),
    names: { ...names, ...(folder === undefined ? {} : { folder }) },
  }
}

/** What is expected to fail is a problem of all that stands there, and nothing else fails for it. */
async function orProblem<T>(
  target: TargetRef,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<{ readonly value?: T; readonly problems: readonly Problem[] }> {
  try {
    return { value: await work(), problems: [] }
  } catch (error) {
    signal.throwIfAborted()
    if (!isSalvageError(error)) throw error
    return { problems: [{ ...findingOf(error), target }] }
  }
}
