import { createHash } from 'node:crypto'
import { z } from 'zod'
import { pointFile } from './schema.ts'
import type { PointFile } from './schema.ts'

const sealed = z.looseObject({ seal: z.string() })

/** The text of a `point.json`. Its last field is the SHA-256 of the others, so that a flipped bit is no other date. */
export function textOfPoint(point: PointFile): string {
  return JSON.stringify({ ...point, seal: sealOf(point) }, undefined, 2)
}

/** Reads the text of a `point.json`; undefined when it is not what was written. */
export function pointOfText(text: string): PointFile | undefined {
  const file = sealed.safeParse(jsonOf(text))
  if (!file.success) return undefined
  const { seal, ...rest } = file.data
  const point = pointFile.safeParse(rest)
  return point.success && seal === sealOf(rest) ? point.data : undefined
}

/** What a text says as JSON; undefined when it is none. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function sealOf(content: object): string {
  return createHash('sha256').update(JSON.stringify(content)).digest('hex')
}
