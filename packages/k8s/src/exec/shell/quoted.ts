import { SalvageError } from '@salvage-kit/core'

const NAME = /^[A-Za-z_]\w*$/
const PLAIN = /^[\w ./:,;=@+]$/

/** A text as one word of a POSIX shell. A NUL cannot be in any: `EXEC.VALUE`. */
export function quoted(text: string): string {
  if (text.includes('\0')) throw new SalvageError('EXEC.VALUE', 'a value for a script holds a NUL', { untouched: true })
  return `'${text.replaceAll("'", String.raw`'\''`)}'`
}

/** Lines that give a script its variables and its words. Rejects names that no shell can have with `EXEC.VALUE`. */
export function prelude(environment: Readonly<Record<string, string>>, words: readonly string[]): string {
  const lines = Object.entries(environment).map(([name, value]) => {
    if (!NAME.test(name))
      throw new SalvageError('EXEC.VALUE', `"${name}" cannot be the name of a variable`, { untouched: true })
    return `export ${name}=${quoted(value)}\n`
  })
  return `${lines.join('')}set -- ${words.map(quoted).join(' ')}\n`
}

/** The format with which `printf` of any shell writes exactly these bytes, as one word. */
export function printfFormat(bytes: Uint8Array): string {
  const signs = Array.from(bytes, (byte) => {
    const sign = String.fromCodePoint(byte)
    return PLAIN.test(sign) ? sign : `\\${byte.toString(8).padStart(3, '0')}`
  })
  return `'${signs.join('')}'`
}
