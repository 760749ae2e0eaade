import type { Json } from '@salvage-kit/core'
import type { Watch } from '../../engine.ts'
import type { TarContent } from '../tar-watch.ts'
import { tarWatch } from '../tar-watch.ts'

/** A list names each file of a dump with its size; all of them are there, and nothing of them is missing. */
export function influxWatch(): Watch {
  return tarWatch({ keep: (path) => path.endsWith('.manifest'), verdict })
}

function verdict({ sizes, kept }: TarContent): string | undefined {
  if (kept.size === 0) return 'there is no list of its files'
  for (const list of kept.values()) {
    const files = filesIn(list.toString())
    if (files === undefined) return 'the list of its files is broken'
    for (const { name, size } of files) {
      const came = sizes.get(name)
      if (came === undefined) return `the file ${name} is missing`
      if (size !== undefined && came !== size) return `the file ${name} has ${came} bytes instead of ${size}`
    }
  }
  return undefined
}

interface Listed {
  readonly name: string
  readonly size: number | undefined
}

function filesIn(text: string): readonly Listed[] | undefined {
  try {
    return [...listed(JSON.parse(text))]
  } catch {
    return undefined
  }
}

/** Whatever has a `fileName`, however deep: the lists of the generations differ in all else. */
function* listed(value: Json): Generator<Listed> {
  if (typeof value !== 'object' || value === null) return
  if (!Array.isArray(value) && 'fileName' in value) {
    const { fileName, size } = value
    if (typeof fileName === 'string' && fileName !== '')
      yield { name: fileName, size: typeof size === 'number' ? size : undefined }
  }
  for (const inner of Object.values(value)) yield* listed(inner)
}
