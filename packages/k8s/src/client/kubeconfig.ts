import { readFile } from 'node:fs/promises'
import { delimiter, dirname, isAbsolute, join } from 'node:path'
import type { KubeConfig } from '@kubernetes/client-node'
import { errorText, SalvageError } from '@salvage-kit/core'
import { ConfigFile } from './kubeconfig-schema.ts'
import type { UserExtras } from './kubeconfig-schema.ts'
import type { ConnectSettings } from './settings.ts'

/** Kubeconfigs, merged as kubectl merges them: the first that says something is heard. */
export interface LoadedConfig {
  readonly config: KubeConfig
  /** By name of the user: what the library does not read. */
  readonly extras: ReadonlyMap<string, UserExtras>
}

/** Which files to read; those that are only looked for may be missing. Empty when none is named and there is no home. */
export function kubeconfigFiles({ kubeconfig, environment }: ConnectSettings): readonly string[] {
  if (kubeconfig !== undefined) return [kubeconfig]
  const { KUBECONFIG: listed, HOME: home } = environment
  if (listed !== undefined && listed !== '') return [...new Set(listed.split(delimiter).filter((path) => path !== ''))]
  return home === undefined || home === '' ? [] : [join(home, '.kube', 'config')]
}

/** Reads and merges them; undefined, and no library loaded, when none of them is there. Rejects with `K8S.CONFIG`. */
export async function loadKubeconfig(files: readonly string[], must: boolean): Promise<LoadedConfig | undefined> {
  const texts: { readonly file: string; readonly text: string }[] = []
  for (const file of files) {
    const text = await textOf(file, must)
    if (text !== undefined) texts.push({ file, text })
  }
  if (texts.length === 0) return undefined
  const { KubeConfig, loadYaml } = await import('@kubernetes/client-node')
  const merged = new KubeConfig()
  const extras = new Map<string, UserExtras>()
  for (const { file, text } of texts) {
    const one = new KubeConfig()
    let said: ConfigFile
    try {
      said = ConfigFile.parse(loadYaml<unknown>(text))
      one.loadFromString(text)
      one.makePathsAbsolute(dirname(file))
    } catch (error) {
      throw unusable(file, error)
    }
    const clusters = new Set(merged.getClusters().map(({ name }) => name))
    for (const cluster of one.getClusters()) if (!clusters.has(cluster.name)) merged.addCluster(cluster)
    const contexts = new Set(merged.getContexts().map(({ name }) => name))
    for (const context of one.getContexts()) if (!contexts.has(context.name)) merged.addContext(context)
    const users = new Set(merged.getUsers().map(({ name }) => name))
    for (const user of one.getUsers()) {
      if (users.has(user.name)) continue
      merged.addUser(user)
      const extra = said.users.find(({ name }) => name === user.name)?.user
      if (extra != null) extras.set(user.name, withAbsolutePath(extra, dirname(file)))
    }
    const current = one.getCurrentContext()
    if (merged.getCurrentContext() === undefined && current !== undefined) merged.setCurrentContext(current)
  }
  return { config: merged, extras }
}

function withAbsolutePath(extra: UserExtras, directory: string): UserExtras {
  const { tokenFile } = extra
  return tokenFile === undefined || isAbsolute(tokenFile) ? extra : { ...extra, tokenFile: join(directory, tokenFile) }
}

async function textOf(file: string, must: boolean): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    if (!must && error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw new SalvageError('K8S.CONFIG', `the kubeconfig ${file} cannot be read`, {
      why: errorText(error),
      cause: error,
      untouched: true,
    })
  }
}

/** The texts of YAML errors quote the file, and the file holds secrets: only what is said about its parts is told. */
function unusable(file: string, error: unknown): SalvageError {
  const ours = error instanceof Error && error.message.endsWith(' is missing') ? error.message : undefined
  return new SalvageError('K8S.CONFIG', `the kubeconfig ${file} cannot be used`, {
    why: ours ?? 'it is not the YAML of a kubeconfig',
    hint: `kubectl --kubeconfig ${file} config view`,
    untouched: true,
  })
}
