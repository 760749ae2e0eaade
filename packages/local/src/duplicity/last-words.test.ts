import { expect, test } from 'vitest'
import { failure } from './failure.ts'
import { lastWords } from './last-words.ts'

const CHAINED = `Traceback (most recent call last):
  File "/usr/lib/python3/dist-packages/duplicity/backends/ssh_paramiko_backend.py", line 251, in __init__
    self.client.connect(hostname=parsed_url.hostname)
  File "/usr/lib/python3/dist-packages/paramiko/client.py", line 368, in connect
    raise NoValidConnectionsError(errors)
paramiko.ssh_exception.NoValidConnectionsError: [Errno None] Unable to connect to port 1 on 127.0.0.1

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File "<string>", line 46, in <module>
  File "<string>", line 15, in connect
duplicity.errors.BackendException: ssh connection to u@127.0.0.1:1 failed: [Errno None] Unable to connect to port 1 on 127.0.0.1
`
const GNUPG = `GPGError: GPG Failed, see log below:
===== Begin GnuPG log =====
gpg: AES256.CFB encrypted data
gpg: encrypted with 1 passphrase
gpg: decryption failed: Bad session key
===== End GnuPG log =====
`
const SCHEME = `Traceback (most recent call last):
  File "<string>", line 46, in <module>
duplicity.errors.UnsupportedBackendScheme: scheme not supported in url: fille:///x
`
const HASH = `Invalid data - SHA1 hash mismatch for file:
 duplicity-full.20261122T061707Z.vol1.difftar.gz
 Calculated hash: aa
 Manifest hash: bb
`
const depot = { ref: 'duplicity:sftp://u@127.0.0.1:1/x', secrets: {} } as const

test.each([
  [
    CHAINED,
    'BackendException: ssh connection to u@127.0.0.1:1 failed: [Errno None] Unable to connect to port 1 on 127.0.0.1',
  ],
  [SCHEME, 'UnsupportedBackendScheme: scheme not supported in url: fille:///x'],
  ['', ''],
  ['Traceback (most recent call last):\n  File "x"\n', ''],
  ['one\none\n\ntwo', 'one\ntwo'],
])('of a trace what was raised last is said, once: %#', (text, said) => {
  expect(lastWords(text)).toBe(said)
})

test.each([
  [CHAINED, 'STORE.UNREACHABLE', /^listing: BackendException: ssh connection[^\n]*$/, /host and port/],
  [SCHEME, 'STORE.UNREACHABLE', /^listing: Unsupported[^\n]*$/, /file:\/\//],
  [GNUPG, 'STORE.WRONG_PASSWORD', /^listing: gpg: decryption failed: Bad session key$/, /--password-file/],
  [HASH, 'ARCHIVE.DAMAGED', /^listing: Invalid data.*vol1\.difftar\.gz/s, undefined],
])('a failure says its last words once, and what to do: %#', (errors, code, why, hint) => {
  const records = [{ level: 'ERROR', code: 23, extra: '', data: [], text: errors }]
  const error = failure('listing', { code: 1, errors, records }, depot)
  expect(error).toMatchObject({ code, why: expect.stringMatching(why) })
  if (hint !== undefined) expect(error.hint).toMatch(hint)
})
