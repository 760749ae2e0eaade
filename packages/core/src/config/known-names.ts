import { z } from 'zod'

type Node = z.core.JSONSchema._JSONSchema

/** The keys that `schema` knows at a place, of all alternatives together; empty where it knows none by name. */
export function knownKeys(schema: z.ZodType, path: readonly PropertyKey[]): readonly string[] {
  const root = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  let nodes = alternatives(root, root)
  for (const key of path) nodes = nodes.flatMap((node) => below(node, key)).flatMap((node) => alternatives(node, root))
  return [...new Set(nodes.flatMap((node) => (typeof node === 'boolean' ? [] : Object.keys(node.properties ?? {}))))]
}

/** What may stand under one key or index of a node. */
function below(node: Node, key: PropertyKey): readonly Node[] {
  if (typeof node === 'boolean') return []
  if (typeof key === 'number') {
    const item = node.prefixItems?.[key] ?? node.items
    return item === undefined ? [] : [item].flat()
  }
  const property = Object.entries(node.properties ?? {}).find(([name]) => name === key)?.[1]
  const found = property ?? node.additionalProperties
  return found === undefined ? [] : [found]
}

/** A node with its references followed and its unions taken apart. */
function alternatives(node: Node, root: z.core.JSONSchema.BaseSchema, depth = 0): readonly Node[] {
  if (typeof node === 'boolean' || depth > 16) return []
  const inner = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])]
  const name = node.$ref?.replace(/^#\/\$defs\//, '')
  const referred = node.$ref === '#' ? root : Object.entries(root.$defs ?? {}).find(([id]) => id === name)?.[1]
  if (referred !== undefined) inner.push(referred)
  return [node, ...inner.flatMap((other) => alternatives(other, root, depth + 1))]
}
