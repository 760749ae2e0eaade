import { expect, test } from 'vitest'
import { withoutPassword } from './secret.ts'

test.each([
  ['rest:https://me:secret@host:8000/a', 'rest:https://me@host:8000/a'],
  ['rest:https://me:se/cr@et@host/a', 'rest:https://me@host/a'],
  ['s3:http://minio:9000/bucket', 's3:http://minio:9000/bucket'],
  ['rest:https://host:8000/of@me', 'rest:https://host:8000/of@me'],
  ['sftp://me@host:22//path', 'sftp://me@host:22//path'],
])('%s is shown as %s', (address, shown) => {
  expect(withoutPassword(address)).toEqual({ address: shown, had: shown !== address })
})
