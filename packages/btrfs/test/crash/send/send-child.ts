import { text } from 'node:stream/consumers'
import { sendRequest } from '../../integration/send/send-request-schema.ts'
import { sendSnapshot } from '../../../src/send/send-snapshot.ts'

process.send?.('ready')
const request = sendRequest.parse(JSON.parse(await text(process.stdin)))
// The channel would keep the process alive.
process.disconnect()
await sendSnapshot(request, { signal: new AbortController().signal })
