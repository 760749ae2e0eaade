import { z } from 'zod'
import type { SendRequest } from '../../../src/send/send-request.ts'

/** What a child process is told to send. */
export const sendRequest: z.ZodType<SendRequest> = z.object({
  snapshot: z.string(),
  far: z.object({ kind: z.literal('ssh'), host: z.string(), configFile: z.string() }),
  directory: z.string(),
  markedFor: z.string(),
})
