import { isMap, isNode, isScalar, LineCounter, parseDocument } from 'yaml'
import type { Document, Node } from 'yaml'

/** Where something stands in a file; both count from 1. */
export interface Position {
  readonly line: number
  readonly column: number
}

/** The steps from the top of a document to a value in it. */
export type Path = readonly (string | number)[]

/** A fault in the text itself, before its meaning is looked at. */
export interface SyntaxFault extends Position {
  readonly message: string
}

/** A configuration file, read once, that can say where each of its values stands. */
export interface ConfigDocument {
  readonly value: unknown
  readonly faults: readonly SyntaxFault[]
  /** Where the value at `path` stands, or the nearest thing above it that is there. */
  positionOf(path: Path): Position
  /** Where the key itself stands: for a key that should not be there. */
  positionOfKey(path: Path): Position
}

/** Reads YAML (or JSON, which is YAML). Never throws: what is wrong with the text is in `faults`. */
export function readDocument(text: string): ConfigDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, stringKeys: true })
  const at = (offset: number): Position => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const faults = document.errors.map((error) => ({ ...at(error.pos[0]), message: error.message }))
  return {
    value: faults.length > 0 ? undefined : (document.toJS({ maxAliasCount: 100 }) ?? {}),
    faults,
    positionOf: (path) => at(nearest(document, path)),
    positionOfKey: (path) => at(keyOffset(document, path) ?? nearest(document, path)),
  }
}

function nearest(document: Document, path: Path): number {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (isNode(node) && node.range) return node.range[0]
    const key = keyOffset(document, path.slice(0, length))
    if (key !== undefined) return key
  }
  return document.contents?.range?.[0] ?? 0
}

function keyOffset(document: Document, path: Path): number | undefined {
  const parent: unknown = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (!isMap(parent)) return undefined
  const pair = parent.items.find((item) => isScalar(item.key) && item.key.value === path.at(-1))
  const key: unknown = pair?.key
  return isNode(key) ? offsetOf(key) : undefined
}

function offsetOf(node: Node): number | undefined {
  return node.range?.[0]
}
