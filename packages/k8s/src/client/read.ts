import type * as z from 'zod'
import { failedCall } from '../error.ts'
import type { Deed } from '../error.ts'
import { apiVersionOf } from '../resource/kind.ts'
import type { ResourceKind } from '../resource/kind.ts'
import type { Resource } from '../resource/resource.ts'
import type { MetadataOnly } from './cluster.ts'
import { AnyResource, OnlyMetadata } from './schema.ts'

/** Reads an answer by its schema. Throws `K8S.ANSWER`. The answer is not quoted: it may be a Secret. */
export function readAnswer<Of>(schema: z.ZodType<Of>, text: string, deed: Deed): Of {
  return checked(schema, parsed(text, deed), deed)
}

/** As `readAnswer`, of what is parsed already. */
export function checked<Of>(schema: z.ZodType<Of>, value: unknown, deed: Deed): Of {
  const read = schema.safeParse(value)
  if (read.success) return read.data
  const [issue] = read.error.issues
  throw strange(deed, `${issue?.path.join('.') ?? ''}: ${issue?.code ?? 'not as expected'}`)
}

/** An object of an answer. */
export function readResource(text: string, deed: Deed): Resource {
  return readAnswer(AnyResource, text, deed)
}

/** An object of a list: those of old groups say no kind there. */
export function listedResource(item: unknown, kind: ResourceKind, deed: Deed): Resource {
  const whole = typeof item === 'object' ? { apiVersion: apiVersionOf(kind), kind: kind.kind, ...item } : item
  return checked(AnyResource, whole, deed)
}

/** The metadata of an object of a list. */
export function listedMetadata(item: unknown, deed: Deed): MetadataOnly {
  return checked(OnlyMetadata, item, deed)
}

/** JSON that may be anything. */
export function parsed(text: string, deed: Deed): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw strange(deed, 'it is no JSON')
  }
}

function strange(deed: Deed, why: string): Error {
  return failedCall('K8S.ANSWER', deed, 'the answer is not what the API says', {
    why,
    hint: 'is the address of the kubeconfig that of a Kubernetes API server?',
  })
}
