import type { Engine } from '../../engine.ts'
import { isOneOf } from '../../image.ts'
import { influxPlace } from './place.ts'
import { DUMP, RESTORE } from './program.ts'
import { influxWatch } from './watch.ts'

const FILES: ReadonlyMap<string, string> = new Map([
  ['1', 'influxdb-1.tar'],
  ['2', 'influxdb-2.tar'],
])

/**
 * InfluxDB 1 (`influxd backup -portable`) and 2 (`influx backup`), whose files are put into one tar. The part is the generation: a
 * dump of one never goes into the other. Each shard is as at the moment when it was read, and its points come whole.
 *
 * A restore makes databases and buckets, and refuses where one of the name is there: what is there stays.
 */
export const influxdb: Engine = {
  name: 'influxdb',
  aliases: ['influx'],
  recognises: (image) => isOneOf(image, 'influxdb', 'influxdb-oss'),
  settings: ['database', 'host', 'password'],
  several: () => false,
  fileOf: (of) => FILES.get(of) ?? '',
  partOf: (file) => [...FILES].find(([, name]) => name === file)?.[0],
  survey: (settings) => `${influxPlace(settings)}d_tools
d_say version "$d_version"
d_say server "$d_version"
d_ping || d_fail UNREACHABLE
d_say part "3$d_generation"
`,
  dump: (settings) => `${influxPlace(settings)}${DUMP}`,
  watch: influxWatch,
  restore: (settings) => `${influxPlace(settings)}${RESTORE}`,
}
