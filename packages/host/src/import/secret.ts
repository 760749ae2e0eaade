import type { ForeignContainer } from './foreign.ts'

const SECRET = /pass|secret|token|key|credential|auth|webhook|url|connection/i
/** Shorter values are no secrets, and stand in many texts by chance. */
const LEAST = 6

/** The values of all containers' variables that may be secrets. */
export function secretsOf(containers: readonly Pick<ForeignContainer, 'env'>[]): readonly string[] {
  return containers.flatMap(({ env }) =>
    Object.entries(env).flatMap(([name, value]) => (SECRET.test(name) && value.length >= LEAST ? [value] : [])),
  )
}

/** An address without the password in it, up to the last `@` as core's redactor has it, and whether there was one. */
export function withoutPassword(address: string): { readonly address: string; readonly had: boolean } {
  const shown = address.replace(/(:\/\/[^\s/@:]*):(?!\d{1,5}\/)\S*@/, '$1@')
  return { address: shown, had: shown !== address }
}
