import { SalvageError } from '@salvage-kit/core'
import { parseDocument } from 'yaml'
import { z } from 'zod'

/** What a rendered template says, as it is written. */
export interface DumpDocument {
  readonly image?: string
  readonly commands: readonly string[]
  readonly environments: readonly string[]
  readonly entrypoint?: string
}

/** An entry is a text; or a map of one name, of who put a space behind the colon. */
const Entry = z.union([
  z.string(),
  z
    .record(z.string(), z.string())
    .refine((map) => Object.keys(map).length === 1)
    .transform((map) => Object.entries(map).map(([name, value]) => `${name}:${value}`)[0] ?? ''),
])
const nothing = z.literal(['', '~', 'null']).transform(() => undefined)
const Document = z.object({
  image: z.string().min(1).nullish(),
  commands: z.array(z.string()).min(1),
  environments: z.union([z.array(Entry), nothing]).nullish(),
  entrypoint: z.union([nothing, z.string()]).nullish(),
})

/** Reads a rendered template; values are texts, whatever they look like. Throws `RANCHER.TEMPLATE`; repeats no value. */
export function readDocument(text: string, name: string): DumpDocument {
  const document = parseDocument(text, { schema: 'failsafe', logLevel: 'silent', prettyErrors: false })
  const [error] = document.errors
  if (error !== undefined) throw wrong(name, `it does not render to YAML (${error.code})`)
  const { data, error: shape } = Document.safeParse(document.toJS())
  if (data === undefined)
    throw wrong(
      name,
      `${shape.issues.map((issue) => issue.path.join('.') || 'the whole').join(', ')} is not as it must be`,
    )
  return {
    ...(data.image == null ? {} : { image: data.image }),
    commands: data.commands,
    environments: data.environments ?? [],
    ...(data.entrypoint == null ? {} : { entrypoint: data.entrypoint }),
  }
}

function wrong(name: string, why: string): SalvageError {
  return new SalvageError('RANCHER.TEMPLATE', `${name}: the template does not say what to run`, {
    why,
    hint: 'it must render to YAML with "commands", a list of texts, and as it may be "image", "environments", "entrypoint"',
  })
}
