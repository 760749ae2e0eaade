import { z } from 'zod'
import { ConfigFile } from './whole-schema.ts'
import type { Path } from './document.ts'

type Schema = z.core.JSONSchema.BaseSchema

/** The JSON schema of the configuration file, for editors. */
export function jsonSchema(): Schema {
  return {
    ...z.toJSONSchema(ConfigFile, { io: 'input' }),
    title: 'salvage-kit.yaml',
    description: 'Configuration of salvage-kit',
  }
}

/** The keys that may stand in the object at `path`, which is of this `kind` if it says one; empty where any key may. */
export function knownKeys(path: Path, kind?: string): readonly string[] {
  let here: readonly Schema[] = [jsonSchema()]
  for (const step of path) here = here.flatMap((schema) => below(schema, step))
  const all = here.flatMap(branches)
  const ofKind = kind === undefined ? [] : all.filter((schema) => isOfKind(schema, kind))
  return [...new Set((ofKind.length > 0 ? ofKind : all).flatMap((schema) => Object.keys(schema.properties ?? {})))]
}

function isOfKind({ properties }: Schema, kind: string): boolean {
  const said = properties?.['kind']
  return typeof said === 'object' && (said.const === kind || said.enum?.includes(kind) === true)
}

function below(schema: Schema, step: string | number): readonly Schema[] {
  return branches(schema).flatMap((branch) => {
    const found = typeof step === 'number' ? branch.items : (branch.properties?.[step] ?? branch.additionalProperties)
    return typeof found === 'object' && !Array.isArray(found) ? [found] : []
  })
}

function branches(schema: Schema): readonly Schema[] {
  return [schema, ...(schema.anyOf ?? []), ...(schema.oneOf ?? [])].filter((branch) => typeof branch === 'object')
}
