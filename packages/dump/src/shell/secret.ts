import type { Settings } from '../engine.ts'
import { containerText } from './container-text.ts'

/** Settings that programs may be written of, and what their environment has to be given. */
export interface Withheld {
  readonly settings: Settings
  readonly environment: Readonly<Record<string, string>>
}

/** Takes what a password says by itself out of the settings, and leaves a variable there: programs stand in argv. */
export function withhold(settings: Settings): Withheld {
  const environment: Record<string, string> = {}
  const { password } = settings
  if (password === undefined || password === '') return { settings, environment }
  const words = containerText(password).map((part, index) => {
    if ('variable' in part) return `\${${part.variable}}`
    const name = `SALVAGE_SECRET_${index}`
    environment[name] = part.text
    return `\${${name}}`
  })
  return { settings: { ...settings, password: words.join('') }, environment }
}
