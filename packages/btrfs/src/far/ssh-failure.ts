import { SalvageError } from '@salvage-kit/core'

/** What ssh itself ends with; what runs at the far end ends with less. https://man.openbsd.org/ssh#EXIT_STATUS */
export const SSH_FAILED = 255

/** What ssh says, in the order in which it is asked: a changed key is refused with several words at once. */
const MEANINGS: readonly (readonly [words: RegExp, code: string, hint: string, retryable: boolean])[] = [
  [
    /REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed|No .* host key is known/,
    'HOST.KEY_CHANGED',
    'find out why it has another key; when that is right: ssh-keygen -R HOST, then connect once by hand',
    false,
  ],
  [
    /Permission denied \([a-z]|Too many authentication failures|No supported authentication/,
    'HOST.REFUSED',
    'put the public key of this user into authorized_keys there, and name user and key in ~/.ssh/config',
    false,
  ],
  [
    /Bad configuration option|no argument after keyword|terminating, .* bad configuration|Can't open user config file/,
    'HOST.CONFIG',
    "mend ssh's configuration",
    false,
  ],
  [
    /Could not resolve|Connection refused|No route to host|Network is unreachable|timed out|Connection (closed|reset)|not responding|kex_exchange/,
    'HOST.UNREACHABLE',
    'see whether the machine is up and its sshd listens on that port (setting sshPort)',
    true,
  ],
]

/** Whether it was ssh that failed, as seen by a program that runs it and may end before ssh does. */
export function isSshFailure(words: string, code: number | null): boolean {
  return code === SSH_FAILED || SSH_WORDS.test(words)
}

const SSH_WORDS =
  /^ssh: |Host key verification failed|Permission denied \([a-z]|^kex_exchange_identification|^Timeout, server|^Connection (closed|reset) by .* port/m

/**
 * Why a connection could not be made or did not last. `HOST.FAILED` when ssh's words are not known. `untouched`: the caller
 * knows that nothing had come over it.
 */
export function sshFailure(
  host: string,
  words: string,
  { untouched = false }: { readonly untouched?: boolean } = {},
): SalvageError {
  const isChanged = /REMOTE HOST IDENTIFICATION HAS CHANGED/.test(words)
  const why = isChanged ? 'it has another key than before' : lastWords(words)
  const [, code = 'HOST.FAILED', hint = `try it by hand: ssh ${host} true`, retryable = true] =
    MEANINGS.find(([pattern]) => pattern.test(words)) ?? []
  return new SalvageError(code, `${host} cannot be reached by ssh`, { why, hint, retryable, untouched })
}

const SHOWN_LINES = 4

/** The end of what a program wrote, on one line. */
export function lastWords(words: string): string {
  const lines = words.split('\n').map((line) => line.replace(/^(ERROR|WARNING): /, '').trim())
  const told = lines.filter((line) => line !== '' && !/^(At (subvol|snapshot)|@+$)/.test(line))
  return told.length === 0 ? 'it said nothing' : told.slice(-SHOWN_LINES).join('; ')
}
