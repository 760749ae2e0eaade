import type { Json } from '@salvage-kit/core'
import type { Watch } from '../../engine.ts'
import type { TarContent } from '../tar-watch.ts'
import { tarWatch } from '../tar-watch.ts'

/** A list names each file of a dump, and all of them are there. The sizes in it are of what the files hold, not of the files. */
export function influxWatch(): Watch {
  return tarWatch({ keep: (path) => path.endsWith('.manifest'), verdict })
}

function verdict({ sizes, kept }: TarContent): string | undefined {
  if (kept.size === 0) return 'there is no list of its files'
  for (const list of kept.values()) {
    const files = filesIn(list.toString())
    if (files === undefined) return 'the list of its files is broken'
    const missing = files.find((name) => !sizes.has(name))
    if (missing !== undefined) return `the file ${missing} is missing`
  }
  return undefined
}

function filesIn(text: string): readonly string[] | undefined {
  try {
    return [...listed(JSON.parse(text))]
  } catch {
    return undefined
  }
}

/** Whatever has a `fileName`, however deep: the lists of the generations differ in all else. */
function* listed(value: Json): Generator<string> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value) && 'fileName' in value) {
    const { fileName } = value
    if (typeof fileName === 'string' && fileName !== '') yield fileName
  }
  for (const inner of Object.values(value)) yield* listed(inner)
}
