import { readFile } from 'node:fs/promises'
import { findingOf, isSalvageError, parseReference } from '@salvage-kit/core'
import type { Backend, Finding, TargetRef } from '@salvage-kit/core'
import type { BtrfsSettings } from '@salvage-kit/btrfs'
import type { LoadedConfig } from '../config/load-config.ts'
import { btrfsSettings } from './btrfs-settings.ts'

/** What the rig has of BTRFS. */
export interface OpenBtrfs {
  readonly backend?: Backend
  readonly settings?: BtrfsSettings
  /** As {@link btrfsSettings} has it. */
  readonly sshPort?: number
  /** What is odd about the settings. */
  readonly findings: readonly Finding[]
}

/**
 * The backend, loaded only when it is needed, with those volumes as targets that are named. Rejects with `BTRFS.SETTINGS`
 * when it is required and cannot be; when it is only wanted that is a finding.
 */
export async function openBtrfs({
  loaded,
  need,
  verbsOnly,
  targets,
  warn,
}: {
  readonly loaded: LoadedConfig
  readonly need: 'none' | 'wanted' | 'required'
  /** The backend is to be what the verbs of volumes need, and no more. */
  readonly verbsOnly: boolean
  readonly targets: readonly TargetRef[]
  readonly warn: (finding: Finding) => void
}): Promise<OpenBtrfs> {
  if (need === 'none') return { findings: [] }
  const volumes = targets.map((target) => parseReference(target)).filter(({ scheme }) => scheme === 'btrfs')
  try {
    const read = await btrfsSettings(loaded)
    const { settings, sshPort } = read
    const whole = async (): Promise<Backend> => {
      const { btrfs } = await import('@salvage-kit/btrfs')
      const all = loaded.config.btrfs !== undefined
      return btrfs({ settings, volumes: volumes.map(({ value }) => value), all, warn })
    }
    const { volumesBackend } = await import('@salvage-kit/btrfs/volumes')
    return {
      backend: verbsOnly ? volumesBackend(settings) : await whole(),
      settings,
      ...(sshPort === undefined ? {} : { sshPort }),
      findings: need === 'required' ? read.findings : [],
    }
  } catch (error) {
    if (need === 'required' || !isSalvageError(error)) throw error
    return { findings: [findingOf(error)] }
  }
}

/** Whether a BTRFS file system is mounted here: then a volume of Docker may be a subvolume. */
export async function btrfsHere(): Promise<boolean> {
  // https://man7.org/linux/man-pages/man5/proc_pid_mountinfo.5.html
  return / - btrfs /.test(await readFile('/proc/self/mountinfo', 'utf8').catch(() => ''))
}

/** Where the volume plugin keeps its volumes; nowhere when its settings cannot be used, which who needs them says. */
export async function volumeRootsOf(loaded: LoadedConfig): Promise<readonly string[]> {
  try {
    return [(await btrfsSettings(loaded)).settings.volumesPath]
  } catch (error) {
    if (!isSalvageError(error)) throw error
    return []
  }
}
