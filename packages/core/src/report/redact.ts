/** Keeps secrets out of text. */
export interface Redactor {
  /** From now on this value is masked, and so is each line of it, as it is and as URLs, JSON and base64 write it; one of less than four characters is not. */
  readonly add: (secret: string) => void
  /** The text with every known secret, and every password in a URL, replaced by `***`. */
  readonly redact: (text: string) => string
}

const MASK = '***'

/** A shorter secret is guessed at once, and masking it would leave no word of a text whole. */
const SHORTEST_SECRET = 4

/** A line of a longer secret that is shorter than this says nothing, and would mask half of every text. */
const SHORTEST_LINE = 6

/**
 * `scheme://user:password@`, up to the last `@` of the word: a password with an unescaped slash is still one. What looks
 * like a port and a path is left alone.
 */
const URL_PASSWORD = /(:\/\/[^\s/:@"]*:)(?!\d{1,5}\/)[^\s"]*@/g

/** Makes a redactor that knows no secret yet. Each process has one, and all reporters write through it. */
export function createRedactor(): Redactor {
  let forms: readonly string[] = []
  return {
    add: (secret) => {
      // The longest first: a secret may be the beginning of another.
      forms = [...new Set([...forms, ...formsOf(secret)])].toSorted((a, b) => b.length - a.length)
    },
    redact: (text) => {
      let masked = text
      for (const form of forms) masked = masked.replaceAll(form, MASK)
      return masked.replaceAll(URL_PASSWORD, `$1${MASK}@`)
    },
  }
}

function formsOf(secret: string): Set<string> {
  if (secret.trim().length < SHORTEST_SECRET) return new Set()
  const lines = secret.split(/[\r\n]+/).filter((line) => line.length >= SHORTEST_LINE)
  const forms = [secret, secret.trim(), ...lines].flatMap((text) => [
    text,
    encodeURIComponent(text.toWellFormed()),
    JSON.stringify(text).slice(1, -1),
    Buffer.from(text).toString('base64'),
    Buffer.from(text).toString('base64url'),
  ])
  return new Set(forms.filter((form) => form.trim().length >= SHORTEST_SECRET))
}
