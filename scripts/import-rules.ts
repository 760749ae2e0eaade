import { posix } from 'node:path'
import type { SourceFile } from './source-files.ts'

/** Which packages of this workspace the sources of each may import. A backend never imports another. */
const PACKAGES: Readonly<Record<string, readonly string[]>> = {
  'packages/core': [],
  'packages/local': ['@salvage-kit/core'],
  'packages/dump': ['@salvage-kit/core'],
  'packages/docker': ['@salvage-kit/core', '@salvage-kit/dump'],
  'packages/btrfs': ['@salvage-kit/core'],
  'packages/k8s': ['@salvage-kit/core', '@salvage-kit/dump'],
  'packages/notify': ['@salvage-kit/core'],
  'packages/rancher': ['@salvage-kit/core', '@salvage-kit/dump'],
  'packages/host': [
    '@salvage-kit/core',
    '@salvage-kit/local',
    '@salvage-kit/dump',
    '@salvage-kit/docker',
    '@salvage-kit/btrfs',
    '@salvage-kit/k8s',
    '@salvage-kit/notify',
    '@salvage-kit/rancher',
  ],
  'apps/daemon': ['@salvage-kit/core', '@salvage-kit/host'],
  'apps/cli': ['@salvage-kit/core', '@salvage-kit/host', '@salvage-kit/daemon'],
}

/** What core may import from outside: no platform, no library of one. */
const CORE_LIBRARIES = ['zod', 'fastest-levenshtein']

/** The folders of core and its loose files, lowest first: imports go down only, or stay on their floor. */
const FLOORS: readonly (readonly string[])[] = [
  ['json.ts', 'error.ts', 'finding.ts', 'call-options.ts'],
  ['config', 'target', 'crane', 'quiesce', 'snapshot', 'retention', 'effect', 'dump', 'backend.ts', 'deadline.ts'],
  ['plan'],
  ['sqlite', 'journal', 'catalog', 'lock', 'report'],
  ['rig.ts', 'run', 'restore', 'memory'],
  ['testing', 'index.ts'],
]

/** Folders of core that are pure: they import values of these only, and never wait. */
const PURE: Readonly<Record<string, readonly string[]>> = {
  plan: ['plan', 'json.ts', 'error.ts', 'finding.ts', 'config', 'target'],
  retention: ['retention', 'json.ts', 'error.ts', 'finding.ts', 'config', 'target'],
}

const NAMELESS = /(^|\/)(utils?|helpers?|common|misc|types)(\.ts$|\/)/
const IMPORT =
  /^(?:import|export)\s+(type\s+)?(?:\{[^}]*\}|\*(?:\s+as\s+\w+)?|\w+(?:\s*,\s*\{[^}]*\})?)\s+from\s+'([^']+)'|^import\s+'([^']+)'/gm

/** What in this file breaks the rules of the house, one sentence each. */
export function importProblems({ path, text }: SourceFile): readonly string[] {
  const [area = '', house = ''] = path.split('/')
  const home = `${area}/${house}`
  const problems: string[] = []
  if (NAMELESS.test(path)) problems.push('a name that says nothing: name the file or folder for the thing in it')
  if (/^export \*/m.test(text)) problems.push('"export *": name what is exported')
  const pure = home === 'packages/core' ? PURE[floorName(path)] : undefined
  if (pure !== undefined && /\bawait\b/.test(withoutComments(text))) problems.push('"await" in a pure folder')
  for (const [, type, from, bare] of text.matchAll(IMPORT)) {
    const specifier = from ?? bare ?? ''
    const problem = specifier.startsWith('.')
      ? relativeProblem(path, home, specifier, type === undefined)
      : outsideProblem(path, home, specifier, pure !== undefined)
    if (problem !== undefined) problems.push(`imports ${specifier}: ${problem}`)
  }
  return problems.map((problem) => `${path}: ${problem}`)
}

function outsideProblem(path: string, home: string, specifier: string, pure: boolean): string | undefined {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
  if (name === '@salvage-kit/testbed') return 'the testbed is for tests'
  if (name.startsWith('@salvage-kit/')) {
    return (PACKAGES[home] ?? []).includes(name) ? undefined : `${home} may not import it`
  }
  if (specifier.startsWith('node:')) return pure ? 'a pure folder' : undefined
  if (home !== 'packages/core' || CORE_LIBRARIES.includes(name)) return undefined
  return name === 'vitest' && floorName(path) === 'testing' ? undefined : 'core imports no other library'
}

function relativeProblem(path: string, home: string, specifier: string, value: boolean): string | undefined {
  const target = posix.join(posix.dirname(path), specifier)
  if (!target.startsWith(`${home}/`)) return 'another package is imported by its name'
  if (home !== 'packages/core') return undefined
  const [here, there] = [floorName(path), floorName(target)]
  if (floorOf(there) > floorOf(here)) return `${here} stands below ${there}`
  const pure = PURE[here]
  return value && pure !== undefined && !pure.includes(there) ? `${here} takes only types from ${there}` : undefined
}

/** The folder of core that a file is in, or the name of a file that is in none. */
function floorName(path: string): string {
  return path.split('/')[3] ?? ''
}

function floorOf(name: string): number {
  const floor = FLOORS.findIndex((names) => names.includes(name))
  if (floor < 0) throw new Error(`scripts/import-rules.ts does not say on which floor of core "${name}" stands`)
  return floor
}

function withoutComments(text: string): string {
  return text.replaceAll(/\/\*[^]*?\*\//g, '').replaceAll(/\/\/.*$/gm, '')
}
