import { isSalvageError } from '@salvage-kit/core'
import { TIDE } from '@salvage-kit/host/rancher-backup'
import { printFailure } from '../../failure.ts'
import type { Invocation } from '../../invocation.ts'
import { rancherPlace } from '../../rancher-session.ts'
import type { RancherOptions } from '../../rancher-session.ts'
import { runTideAt } from '../run.ts'
import { makeSource } from './source-directory.ts'

/** As sysexits.h has it: try again later. */
const TEMPFAIL = 75

/**
 * One run of rancher-backup: dumps into the directory, copies it, removes chains that are not kept. 0 good, 3 something could
 * not be dumped, 1 failed, 75 another run is at work. The directory of the copies is made where it is one of this machine.
 */
export async function execute(invocation: Invocation<RancherOptions>): Promise<number> {
  const place = await rancherPlace(invocation)
  await makeSource(place.read.settings.duplicity.sourcePath)
  try {
    return await runTideAt(invocation, TIDE, place)
  } catch (error) {
    if (!isSalvageError(error) || error.code !== 'LOCK.BUSY') throw error
    printFailure(error, invocation.options, invocation.terminal)
    return TEMPFAIL
  }
}
