import type { Backend } from '@salvage-kit/core'
import { archiveCrane } from './archive/archive-crane.ts'
import { directoryDiscovery } from './directory/directory-discovery.ts'
import { directoryProvisioner } from './directory/directory-provisioner.ts'
import type { LocalDirectory } from './directory/local-directory.ts'
import { commandQuiescer } from './hook/command-quiescer.ts'
import { duplicityCrane } from './duplicity/duplicity-crane.ts'
import { resticCrane } from './restic/restic-crane.ts'

/** What {@link local} takes. */
export interface LocalOptions {
  /** The directories worth backing up, with their hooks. */
  readonly directories: readonly LocalDirectory[]
  /** Where notes are kept that another process needs to clean up; the same for all processes of one machine. */
  readonly stateDirectory: string
}

/**
 * This machine: the directories that are named, commands around their copies, and cranes that need no other machine.
 * Throws `REFERENCE.INVALID` for a path that is not absolute.
 */
export function local(options: LocalOptions): Backend {
  return {
    id: 'local',
    discovery: directoryDiscovery(options.directories),
    quiescers: [commandQuiescer()],
    cranes: [
      archiveCrane(options.stateDirectory),
      resticCrane(options.stateDirectory),
      duplicityCrane(options.stateDirectory),
    ],
    provisioners: [directoryProvisioner(options.stateDirectory)],
  }
}
