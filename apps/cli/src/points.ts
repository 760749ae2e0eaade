import { findingOf, isSalvageError, listPoints, parseReference, SalvageError } from '@salvage-kit/core'
import type { Finding, RestorePoint, Store, TargetRef } from '@salvage-kit/core'
import { covers, isPattern, parseTarget } from '@salvage-kit/host'
import type { OpenRig } from '@salvage-kit/host'
import { failureText } from './failure.ts'
import type { Invocation } from './invocation.ts'
import { openSession } from './session.ts'

/** Restore points, and which stores could not be asked. */
export interface FoundPoints {
  /** Newest last. */
  readonly points: readonly RestorePoint[]
  readonly unreachable: readonly StoreFinding[]
  /** What stands in a store and cannot be read. */
  readonly unreadable: readonly StoreFinding[]
}

/** What is wrong with a store, or with something in it. */
interface StoreFinding {
  readonly store: string
  readonly finding: Finding
}

/** Where to look, and for what. */
export interface PointSearch {
  /** One store, asked itself; absent: every store that is configured or that the catalog knows. */
  readonly from?: string | undefined
  /** Targets, or what means several, like `rancher:*`. All when absent. */
  readonly targets?: readonly TargetRef[] | undefined
}

/**
 * The restore points of one store, as it tells them; or of all stores known here. Of those the configured ones and
 * local directories are asked, and the catalog answers for the others and for those that cannot be reached.
 */
export async function findPoints(rig: OpenRig, search: PointSearch, signal: AbortSignal): Promise<FoundPoints> {
  const { targets } = search
  const wanted = (point: RestorePoint): boolean =>
    targets === undefined || targets.some((target) => covers(target, point.target))
  const unreadable: StoreFinding[] = []
  if (search.from !== undefined) {
    const store = await rig.store(search.from)
    const known = await rig.catalog.points({ store: store.ref })
    const points = completed(await ask(rig, store, unreadable, signal), known)
    return { points: sorted(points.filter(wanted)), unreachable: [], unreadable }
  }
  const isNarrow = targets !== undefined && !targets.some(isPattern)
  const remembered = (await rig.catalog.points(isNarrow ? { targets } : {})).filter(wanted)
  const unreachable: StoreFinding[] = []
  const stores = [
    ...(await storesToAsk(rig, remembered)),
    ...(await clusterStores(rig, remembered, unreachable, signal)),
  ]
  const asked = new Set<string>()
  const points: RestorePoint[] = []
  for (const store of new Map(stores.map((one) => [one.ref, one])).values())
    try {
      points.push(...completed(await ask(rig, store, unreadable, signal), remembered).filter(wanted))
      asked.add(store.ref)
    } catch (error) {
      signal.throwIfAborted()
      if (!isSalvageError(error)) throw error
      // Its crane never tells: what is known of it stands in the catalog.
      if (error.code === 'STORE.WRITE_ONLY') continue
      unreachable.push({ store: store.ref, finding: findingOf(error) })
    }
  const others = remembered.filter((point) => !asked.has(point.store))
  return { points: sorted([...points, ...others]), unreachable, unreadable }
}

/**
 * The point that a person means: an id, a unique start of one, or a target, which means its newest good point (of this
 * machine, or the snapshots of the cluster, when it has any). Throws `RESTORE.POINT_UNKNOWN` and `RESTORE.POINT_AMBIGUOUS`.
 */
export function pickPoint(
  points: readonly RestorePoint[],
  text: string,
  machine: string,
  directory: string,
): RestorePoint {
  if (isTarget(text)) return newest(points, parseTarget(text, directory), machine)
  const exact = points.filter((point) => point.id === text)
  const found = exact.length > 0 ? exact : points.filter((point) => point.id.startsWith(text))
  const [first, ...others] = found
  if (first === undefined)
    throw new SalvageError('RESTORE.POINT_UNKNOWN', `there is no restore point ${JSON.stringify(text)}`, {
      why:
        points.length === 0
          ? 'no store that is known here has any'
          : `none of ${String(points.length)} points has an id that starts so`,
      hint: 'see salvage-kit list, and name the store with --from',
    })
  if (others.length === 0) return first
  throw new SalvageError(
    'RESTORE.POINT_AMBIGUOUS',
    `${JSON.stringify(text)} means ${String(found.length)} restore points`,
    {
      why: found.map(({ id, target, store }) => `${id} (${target} in ${store})`).join('\n'),
      hint: exact.length > 0 ? 'name the store with --from' : 'write more of the id',
    },
  )
}

/** A reference; ids may hold colons too, in their time, but none after a bare word. */
function isTarget(text: string): boolean {
  return /^[a-z][a-z0-9-]*:/.test(text)
}

/** A snapshot of a claim is the cluster's, whichever pod or workstation had it cut. */
function isOfCluster({ kind, target }: RestorePoint): boolean {
  return kind === 'snapshot' && target.startsWith('k8s:')
}

function newest(points: readonly RestorePoint[], target: TargetRef, machine: string): RestorePoint {
  const all = points.filter((point) => point.target === target)
  const own = all.filter((point) => point.machine === machine || isOfCluster(point))
  const candidates = own.length > 0 ? own : all
  const found = candidates.findLast((point) => point.state === 'good')
  if (found !== undefined) return found
  throw new SalvageError('RESTORE.POINT_UNKNOWN', `there is no good restore point of ${target}`, {
    ...(candidates.length > 0
      ? { why: `it has ${String(candidates.length)} that are partial: name one by its id` }
      : {}),
    hint: 'see salvage-kit list, and name the store with --from',
  })
}

async function ask(
  rig: OpenRig,
  store: Store,
  unreadable: StoreFinding[],
  signal: AbortSignal,
): Promise<RestorePoint[]> {
  const points: RestorePoint[] = []
  const onProblem = (finding: Finding): void => void unreadable.push({ store: store.ref, finding })
  for await (const point of listPoints(rig, store, { signal, onProblem })) points.push(point)
  return points
}

/** What the store does not tell of its points (restic before version 0.17 keeps no sizes) the catalog may know. */
function completed(points: readonly RestorePoint[], known: readonly RestorePoint[]): readonly RestorePoint[] {
  const byKey = new Map(known.map((point) => [keyOf(point), point]))
  return points.map((point) => ({ ...byKey.get(keyOf(point)), ...point }))
}

function keyOf({ store, id }: RestorePoint): string {
  return `${store} ${id}`
}

/** The configured stores, and the directories that the catalog knows: what can be asked without a password. */
async function storesToAsk(rig: OpenRig, remembered: readonly RestorePoint[]): Promise<readonly Store[]> {
  const configured = await Promise.all(rig.storeNames.map((name) => rig.store(name)))
  const known = new Set(configured.map((store) => store.ref))
  const refs = new Set(remembered.map((point) => point.store))
  const local = [...refs].filter((ref) => {
    const { scheme, value } = parseReference(ref)
    const isOnBtrfs = rig.btrfs !== undefined && /^btrfs(-raw)?$/.test(scheme) && value.startsWith('/')
    return !known.has(ref) && (scheme === 'archive' || isOnBtrfs)
  })
  return [...configured, ...(await Promise.all(local.map((ref) => rig.storeOf(ref))))]
}

/** The stores of snapshots that the catalog knows, and those that the cluster itself tells of. */
async function clusterStores(
  rig: OpenRig,
  remembered: readonly RestorePoint[],
  unreachable: StoreFinding[],
  signal: AbortSignal,
): Promise<readonly Store[]> {
  const { kubernetes } = rig
  if (kubernetes === undefined) return []
  const refs = new Set(remembered.flatMap(({ store }) => (store.startsWith('csi:') ? [store] : [])))
  try {
    for (const ref of await kubernetes.keptIn({ signal })) refs.add(ref)
  } catch (error) {
    signal.throwIfAborted()
    if (!isSalvageError(error)) throw error
    // A cluster without snapshots has none.
    if (error.code !== 'K8S.NO_KIND') unreachable.push({ store: kubernetes.cluster.server, finding: findingOf(error) })
    return []
  }
  return Promise.all([...refs].map(async (ref) => rig.storeOf(ref)))
}

function sorted(points: readonly RestorePoint[]): readonly RestorePoint[] {
  return points.toSorted((a, b) => Date.parse(a.takenAt) - Date.parse(b.takenAt))
}

/** For stderr: which stores could not be asked, and what in the others cannot be read. */
export function problemsText({ unreachable, unreadable }: Omit<FoundPoints, 'points'>): string {
  return [
    ...unreachable.map(({ store, finding }) => failureText(finding, `not asked: ${store}`)),
    ...unreadable.map(({ store, finding }) => failureText(finding, `left out, ${store}`)),
  ].join('')
}

/** The namespaces that targets (`k8s:NAMESPACE/CLAIM`) and ids of kept snapshots (`NAMESPACE/NAME`) say. */
export function namespacesIn(texts: readonly string[]): readonly string[] {
  return [...new Set(texts.flatMap((text) => /^(?:k8s:)?([a-z0-9][-a-z0-9]*)\/[^/]+$/.exec(text)?.[1] ?? []))]
}

/** What tells of whose machine a claim is. */
interface Home {
  readonly machine: string
  readonly kubernetes?: Pick<NonNullable<OpenRig['kubernetes']>, 'machineOf'>
}

/** Whose points of a target go first. A cluster that cannot be asked keeps nobody from a copy of what was in it. */
export async function homeOf(
  rig: Home,
  text: string,
  points: readonly RestorePoint[],
  signal: AbortSignal,
): Promise<string> {
  const [namespace] = text.startsWith('k8s:') ? namespacesIn([text]) : []
  if (namespace === undefined || new Set(points.map(({ machine }) => machine)).size < 2) return rig.machine
  try {
    return (await rig.kubernetes?.machineOf(namespace, { signal })) ?? rig.machine
  } catch (error) {
    signal.throwIfAborted()
    if (!isSalvageError(error)) throw error
    return rig.machine
  }
}

/** The one point that a command line names, looked for in `--from` or everywhere. */
export async function pointFor(
  invocation: Invocation<{ readonly from?: string }>,
  text: string,
  signal: AbortSignal,
): Promise<RestorePoint> {
  const { options, terminal } = invocation
  const { from } = options
  const scope = { targets: [], stores: from === undefined ? [] : [from], namespaces: namespacesIn([text]) }
  await using rig = await openSession(invocation, scope, signal)
  const targets = isTarget(text) ? [parseTarget(text, terminal.directory)] : undefined
  const { points, ...problems } = await findPoints(rig, { from, targets }, signal)
  terminal.err(problemsText(problems))
  return pickPoint(points, text, await homeOf(rig, text, points, signal), terminal.directory)
}
