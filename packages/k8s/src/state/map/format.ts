import { SalvageError } from '@salvage-kit/core'
import type { ConfigMap } from './schema.ts'
import type { MapSettings } from './shared-map.ts'

/** The key under which a map says what it is. */
export const FORMAT = 'format'

/** What stands there. */
export function formatOf({ what, version }: Pick<MapSettings, 'version' | 'what'>): string {
  return `salvage-kit ${what} ${String(version)}`
}

/** Throws `AREA.VERSION` for a map of another version, `AREA.UNREADABLE` for one of somebody else. */
export function checkFormat(map: ConfigMap, settings: MapSettings, where: string): void {
  const said = map.data[FORMAT] ?? ''
  if (said === formatOf(settings)) return
  const version = said.startsWith(`salvage-kit ${settings.what} `) ? said.split(' ').at(-1) : undefined
  if (version !== undefined)
    throw new SalvageError(
      `${settings.area}.VERSION`,
      `${where} has version ${version}, not ${String(settings.version)}`,
      {
        why: 'it was made by a later version of salvage-kit',
        hint: 'use that version, or another name',
        untouched: true,
      },
    )
  throw new SalvageError(`${settings.area}.UNREADABLE`, `${where} is not one of salvage-kit`, {
    why: `its ${FORMAT} is ${said === '' ? 'missing' : JSON.stringify(said.slice(0, 80))}`,
    hint: 'use another name, or remove what is there when nobody needs it',
    untouched: true,
  })
}
