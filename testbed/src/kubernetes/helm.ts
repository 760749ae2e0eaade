import { tool } from './go-tools.ts'

/** The program `helm` of the part `helm`. */
export function helm(): string {
  return tool('helm', 'helm')
}
