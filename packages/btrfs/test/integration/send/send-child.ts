import { sendSnapshot } from '../../../src/send/send-snapshot.ts'
import { sendRequest } from './send-request-schema.ts'

/** Sends what its argument says; ends with 0 when that stands whole at the far end. */
const request = sendRequest.parse(JSON.parse(process.argv[2] ?? ''))
await sendSnapshot(request, { signal: new AbortController().signal })
