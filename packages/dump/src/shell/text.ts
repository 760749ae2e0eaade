import { containerText } from './container-text.ts'
import { quoted } from './quoted.ts'

/** A text with `${NAME}` in it as one word of a POSIX shell; a variable that is not set is empty. */
export function shellText(text: string): string {
  return containerText(text)
    .map((part) => ('text' in part ? quoted(part.text) : `"\${${part.variable}-}"`))
    .join('')
}
