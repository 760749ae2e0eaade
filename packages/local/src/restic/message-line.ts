import type { z } from 'zod'

/** What a line of JSON says; undefined when it is no JSON or says something else. */
export function messageIn<Message>(line: string, schema: z.ZodType<Message>): Message | undefined {
  if (!line.startsWith('{') && !line.startsWith('[')) return undefined
  try {
    const result = schema.safeParse(JSON.parse(line))
    return result.success ? result.data : undefined
  } catch {
    return undefined
  }
}
