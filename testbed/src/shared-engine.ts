import { dockerd } from './dockerd.ts'
import { engineAddress, engineAnswers } from './engine.ts'
import { engineFolder, sweepEngineFolders } from './engine-folder.ts'
import { ensureTestImages } from './test-images.ts'

/** The engine that all tests of a run share; disposing of it ends it when this process started it. */
export interface SharedEngine extends AsyncDisposable {
  readonly host: string
}

/**
 * Takes the engine that is running. Where there is none and `start` is set, starts one; otherwise resolves with
 * nothing. When it resolves with an engine, that has the test images.
 */
export async function sharedEngine(start: boolean): Promise<SharedEngine | undefined> {
  const host = engineAddress()
  if (await engineAnswers(host)) {
    await ensureTestImages(host)
    return { host, [Symbol.asyncDispose]: async () => {} }
  }
  if (!start) return undefined
  await sweepEngineFolders()
  const own = await dockerd({ folder: engineFolder(), network: 'bridge' })
  try {
    await ensureTestImages(own.host)
  } catch (error) {
    await own[Symbol.asyncDispose]()
    throw error
  }
  return own
}
