import { resolve } from 'node:path'
import { closest } from '@salvage-kit/core'
import type { Finding, Target } from '@salvage-kit/core'
import type { LoadedConfig } from '../config/load-config.ts'

/**
 * Tides that something says it belongs to and that nobody defines: most likely a slip of the pen, for which nothing would
 * be copied and nobody would tell. `defined` are the names under `tides:` and in the labels of the root container. Pure.
 */
export function undefinedTides(
  defined: ReadonlySet<string>,
  { config, placeOf }: LoadedConfig,
  targets: readonly Target[],
): readonly Finding[] {
  const labelled = targets.flatMap(({ ref, tides }) => tides.map((name) => ({ name, who: ref, where: '' })))
  const configured = (config.directories ?? []).flatMap(({ path, tides = [] }, index) =>
    tides.map((name, at) => ({
      name,
      who: `dir:${resolve(path)}`,
      where: `${placeOf(['directories', index, 'tides', at])}: `,
    })),
  )
  return [...configured, ...labelled]
    .filter(({ name }) => !defined.has(name))
    .map(({ name, who, where }) => {
      const meant = closest(name, [...defined].toSorted())
      return {
        code: 'TIDE.UNDEFINED',
        message: `${where}${who} belongs to the tide ${JSON.stringify(name)}, which is defined nowhere`,
        hint:
          meant === undefined
            ? 'define it under tides: in the configuration, or with the labels salvage.tides.NAME.…'
            : `did you mean ${JSON.stringify(meant)}?`,
      }
    })
}
