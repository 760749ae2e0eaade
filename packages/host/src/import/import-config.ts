import { SalvageError } from '@salvage-kit/core'
import type { ForeignContainer, ForeignWorld } from './foreign.ts'
import type { Imported } from './imported.ts'
import { renderImported } from './render.ts'
import { importNautical, isNautical } from './tool/nautical.ts'
import { importOffen, isOffen } from './tool/offen.ts'
import { importRancherBackup, isRancherBackup } from './tool/rancher-backup.ts'
import { importStackBack, isStackBack } from './tool/stack-back.ts'

/** The tools whose configuration can be read. */
export const IMPORT_TOOLS = ['offen', 'nautical', 'stack-back', 'rancher-backup'] as const
/** One of {@link IMPORT_TOOLS}. */
export type ImportTool = (typeof IMPORT_TOOLS)[number]

interface Importer {
  readonly is: (container: ForeignContainer) => boolean
  /** For a container that stands for a file of variables alone. */
  readonly image: string
  readonly read: (world: ForeignWorld, now: Date) => Imported
}

const IMPORTERS: Readonly<Record<ImportTool, Importer>> = {
  offen: { is: isOffen, image: 'offen/docker-volume-backup', read: importOffen },
  nautical: { is: isNautical, image: 'minituff/nautical-backup', read: importNautical },
  'stack-back': { is: isStackBack, image: 'ghcr.io/lawndoc/stack-back', read: importStackBack },
  'rancher-backup': { is: isRancherBackup, image: 'webcenter/rancher-backup', read: importRancherBackup },
}

/**
 * The text of a `salvage-kit.yaml` that does what the tool does in `world`. No value that may be secret is in it. Pure;
 * throws `IMPORT.NOTHING` when no container is the tool's and there is no file of variables.
 */
export function importedConfig(tool: ImportTool, world: ForeignWorld, now: Date): string {
  const { is, image, read } = IMPORTERS[tool]
  if (world.containers.some(is)) return renderImported(read(world, now))
  if (world.envFiles.length === 0 && world.settingsFile === undefined)
    throw new SalvageError('IMPORT.NOTHING', `there is no container of ${image} here`, {
      hint: 'name its compose file with --compose FILE, or its variables with --env-file FILE',
    })
  const standIn: ForeignContainer = { name: tool, image, labels: {}, env: {}, mounts: [], running: true }
  return renderImported(read({ ...world, containers: [...world.containers, standIn] }, now))
}
