import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync } from 'node:fs'
import { cp, rename, rm } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { cacheFolder } from '../cache.ts'
import { command } from '../command.ts'
import { exclusive } from '../exclusive.ts'
import { pathOf } from '../program.ts'

/** The release that `testbed/cluster/kube/go.mod` names. */
const KUBERNETES = '1.36.3'

const SOURCES = join(import.meta.dirname, '..', '..', 'cluster')
const BUILD_MS = 60 * 60_000
const SNAPSHOT_CLIENT = 'github.com/kubernetes-csi/external-snapshotter/client/v8'
const PARTS = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy', 'kubelet', 'kubectl']

/** What is built at once. */
export type ToolSet = keyof typeof SETS

/** Which folders of sources a set is made from, and what makes it. `definitions`: the CRDs of snapshots. */
const SETS = {
  kube: { from: 'kube', make: makeKube },
  csi: { from: 'csi', make: makeCsi },
  definitions: { from: 'csi', make: makeDefinitions },
  helm: { from: 'helm', make: makeHelm },
} as const

/** The folder of the cache with the programs of a set, or where they would be: it goes by what they are built from. */
function toolFolder(set: ToolSet): string {
  const hash = createHash('sha256').update(KUBERNETES)
  const folder = join(SOURCES, SETS[set].from)
  for (const name of readdirSync(folder, { recursive: true, encoding: 'utf8' }).toSorted())
    if (/\.(go|mod|sum)$/.test(name)) hash.update(name).update(readFileSync(join(folder, name)))
  return join(cacheFolder('kubernetes-tools'), `${set}-${process.arch}-${hash.digest('hex').slice(0, 12)}`)
}

/** Where a program of a set is, or would be. */
export function tool(set: ToolSet, name: string): string {
  return join(toolFolder(set), name)
}

/** The definitions of snapshots and group snapshots, as files that an API server takes. */
export function snapshotDefinitions(): readonly string[] {
  const folder = toolFolder('definitions')
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => join(folder, name))
}

/** Why a set cannot be used now; empty when it can. */
export function whyNoTools(set: ToolSet): string {
  if (existsSync(toolFolder(set))) return ''
  return pathOf('go') === undefined
    ? `there is no Go to build the parts of Kubernetes with (${set})`
    : `the parts of Kubernetes are not built yet (${set}): node testbed/src/kubernetes/build.ts`
}

/** Builds every set that is missing, one after the other: a linker takes 2.5 GB. Rejects where there is no Go. */
export async function buildKubernetes(say: (text: string) => void): Promise<void> {
  for (const set of ['definitions', 'kube', 'csi', 'helm'] as const) {
    if (whyNoTools(set) === '') continue
    if (pathOf('go') === undefined) throw new Error(whyNoTools(set))
    say(`building the parts of Kubernetes (${set}), some minutes`)
    await buildTools(set)
  }
}

/** Builds a set with Go, from the module proxy that Go is set up for, when it is not in the cache. Kubernetes takes ten CPU minutes. */
async function buildTools(set: ToolSet): Promise<void> {
  const folder = toolFolder(set)
  if (existsSync(folder)) return
  await exclusive(join(cacheFolder('kubernetes-tools'), `${set}.sqlite`), async () => {
    if (existsSync(folder)) return
    const part = `${folder}.part`
    await rm(part, { recursive: true, force: true })
    mkdirSync(part, { recursive: true })
    await SETS[set].make(part)
    await rename(part, folder)
  })
}

async function makeKube(into: string): Promise<void> {
  const [major = '', minor = ''] = KUBERNETES.split('.')
  const version = ['k8s.io/component-base/version', 'k8s.io/client-go/pkg/version']
    .flatMap((path) => [
      `${path}.gitVersion=v${KUBERNETES}`,
      `${path}.gitMajor=${major}`,
      `${path}.gitMinor=${minor}`,
      `${path}.gitTreeState=clean`,
    ])
    .map((variable) => `-X ${variable}`)
  await goBuild('kube', join(into, 'kubeall'), version.join(' '), ['.'])
  for (const name of PARTS) symlinkSync('kubeall', join(into, name))
}

async function makeCsi(into: string): Promise<void> {
  await goBuild('csi', `${into}/`, '', ['tool', './btrfs-driver'])
}

async function makeDefinitions(into: string): Promise<void> {
  const said = await command('go', ['mod', 'download', '-json', SNAPSHOT_CLIENT], { cwd: join(SOURCES, 'csi') })
  const client = /"Dir": "(.*)"/.exec(said)?.[1] ?? ''
  const crds = join(client, 'config/crd')
  for (const name of readdirSync(crds))
    if (name.includes('snapshot.storage.k8s.io_')) await cp(join(crds, name), join(into, name))
}

/** Without a cluster to ask, helm believes in the release of Kubernetes that it was built with. */
async function makeHelm(into: string): Promise<void> {
  const [major = '', minor = ''] = KUBERNETES.split('.')
  const version = ['chartutil', 'lint/rules']
    .map((path) => `helm.sh/helm/v3/pkg/${path}`)
    .flatMap((path) => [`-X ${path}.k8sVersionMajor=${major}`, `-X ${path}.k8sVersionMinor=${minor}`])
  await goBuild('helm', join(into, 'helm'), version.join(' '), ['helm.sh/helm/v3/cmd/helm'])
}

async function goBuild(
  set: 'kube' | 'csi' | 'helm',
  output: string,
  flags: string,
  packages: readonly string[],
): Promise<void> {
  const jobs = String(Math.min(availableParallelism(), 4))
  const args = ['build', '-mod=readonly', '-buildvcs=false', '-trimpath', '-p', jobs]
  await command('nice', ['-n', '5', 'go', ...args, '-ldflags', `-s -w ${flags}`, '-o', output, ...packages], {
    cwd: join(SOURCES, set),
    env: { CGO_ENABLED: '0' },
    timeoutMs: BUILD_MS,
  })
}
