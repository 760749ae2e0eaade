import { collection } from './collection.ts'
import { containers, projects, services, settings, stacks } from './documents.ts'
import type { Document } from './documents.ts'
import { apiError } from './reply.ts'
import type { Reply } from './reply.ts'
import type { SimulatedKey, SimulatedProject, World } from './world.ts'

/** A request, as far as routes look at it. */
export interface Asked {
  readonly method: string
  /** With the host that it came for: of it are the links. */
  readonly url: URL
  /** Absent where access control is off. */
  readonly key?: SimulatedKey
}

const VERSION = '/v2-beta'
const LISTS = { containers, services, stacks }

/** The answer of a server on which nothing goes wrong. */
export function route(world: World, { method, url, key }: Asked): Reply {
  const root = `${url.origin}${VERSION}`
  if (url.pathname === '/ping') return { status: 200, text: 'pong' }
  if (url.pathname !== VERSION && !url.pathname.startsWith(`${VERSION}/`)) return apiError(404)
  const parts = url.pathname.slice(VERSION.length).split('/').filter(Boolean)
  const seen = world.projects.filter(({ id }) => key?.project === undefined || key.project === id)
  // A key of an environment sees that one without a prefix; that of an account, what it owns itself: nothing.
  let scope: SimulatedProject | undefined = key?.project === undefined ? undefined : seen[0]
  let base = root
  if (parts[0] === 'projects' && parts.length > 2) {
    const [, id = ''] = parts
    if (!/^1a\d+$/.test(id)) return apiError(400, 'InvalidFormat')
    scope = seen.find((project) => project.id === id && project.state === 'active')
    if (scope === undefined) return apiError(403)
    base = `${root}/projects/${id}`
    parts.splice(0, 2)
  }
  const [kind = '', id, link] = parts
  if (kind === '') return index(root)
  if (kind === 'schemas') return json(collection('schema', [], url, world.pageLimit))
  const all = listOf(world, kind, scope, seen, root, base)
  if (all === undefined) return apiError(404)
  if (id === undefined)
    return method === 'GET' ? json(collection(kind.slice(0, -1), all, url, world.pageLimit)) : apiError(405)
  const one = all.find((document) => document.id === id)
  if (one === undefined) return apiError(404)
  const action = url.searchParams.get('action')
  if (method === 'POST') return action === 'exportconfig' ? exported(scope, one) : apiError(422, 'InvalidAction')
  return link === undefined ? json(one) : apiError(404)
}

function listOf(
  world: World,
  kind: string,
  scope: SimulatedProject | undefined,
  seen: readonly SimulatedProject[],
  root: string,
  base: string,
): readonly Document[] | undefined {
  if (kind === 'projects') return projects(seen, root)
  if (kind === 'settings') return settings(world, base)
  if (kind !== 'containers' && kind !== 'services' && kind !== 'stacks') return undefined
  return scope === undefined ? [] : LISTS[kind](scope, base)
}

function exported(scope: SimulatedProject | undefined, { id, actions }: Document): Reply {
  const compose = scope?.stacks.find((stack) => stack.id === id)?.compose
  if (compose === undefined || !JSON.stringify(actions).includes('exportconfig')) return apiError(422, 'InvalidAction')
  return json({
    id: null,
    type: 'composeConfig',
    links: {},
    actions: {},
    dockerComposeConfig: compose.docker,
    rancherComposeConfig: compose.rancher,
  })
}

function index(root: string): Reply {
  const links = Object.fromEntries(
    ['containers', 'projects', 'services', 'settings', 'stacks'].map((name) => [name, `${root}/${name}`]),
  )
  return json({ id: 'v2-beta', type: 'apiVersion', links: { self: root, ...links }, actions: {} })
}

function json(body: object): Reply {
  return { status: 200, text: JSON.stringify(body) }
}
