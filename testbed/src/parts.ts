import { installButtervolume } from './buttervolume.ts'
import { getDatabaseTools } from './database-tools.ts'
import { installMissingPackages } from './debian-packages.ts'
import { buildKubernetes } from './kubernetes/go-tools.ts'
import { sharedEngine } from './shared-engine.ts'

/** The parts that stand ready, as the environment of what uses them. */
export interface Parts extends AsyncDisposable {
  readonly env: Readonly<Record<string, string>>
}

/**
 * Gets the parts ready. With `all`, what is missing is installed and started, and the environment says that nothing may
 * be missing; without, what is there is used.
 */
export async function parts(all: boolean): Promise<Parts> {
  if (all) {
    const installed = await installMissingPackages()
    if (installed.length > 0) say(`installed with apt: ${installed.join(' ')}`)
    // Only a comparison wants it: what stands in its way is no failure of the tests.
    await installButtervolume().catch((error: unknown) => say(`no buttervolume: ${String(error)}`))
    // The suites that want it say themselves what is missing.
    await buildKubernetes(say).catch((error: unknown) => say(`no Kubernetes: ${String(error)}`))
    await getDatabaseTools(say).catch((error: unknown) => say(`no servers for dumps: ${String(error)}`))
  }
  const engine = await sharedEngine(all).catch((error: unknown) => {
    if (all) throw error
    say(`no test images: ${error instanceof Error ? error.message : String(error)}`)
    return undefined
  })
  return {
    env: { ...(all ? { SALVAGE_TEST_ALL: '1' } : {}), ...(engine === undefined ? {} : { DOCKER_HOST: engine.host }) },
    [Symbol.asyncDispose]: async () => engine?.[Symbol.asyncDispose](),
  }
}

function say(text: string): void {
  process.stderr.write(`test: ${text}\n`)
}
