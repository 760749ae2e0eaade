import type { LiftRef } from '@salvage-kit/core'
import type { Volume } from '../engine.ts'

/**
 * The text of `/salvage/meta/meta.json`, byte for byte in the form of the original: two blanks, this order of members,
 * times in milliseconds. Members without content (no labels, no driver options) are left out.
 */
export function metaJson(
  volume: Volume,
  ref: Pick<LiftRef, 'at' | 'machine'>,
  crane: string,
  image: string,
  now: Date,
): string {
  const { labels, driverOptions } = volume
  return JSON.stringify(
    {
      hostMeta: { timestamp: now.getTime(), executionStart: Date.parse(ref.at), host: ref.machine },
      volumeMeta: {
        name: volume.name,
        ...(Object.keys(labels).length === 0 ? {} : { labels }),
        driver: volume.driver,
        ...(Object.keys(driverOptions).length === 0 ? {} : { driverOptions }),
      },
      crane,
      image,
    },
    undefined,
    2,
  )
}
