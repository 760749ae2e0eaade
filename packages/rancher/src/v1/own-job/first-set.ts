import { SalvageError } from '@salvage-kit/core'

type Variables = Readonly<Record<string, string>>

/** The first of these variables that says something. */
export function firstSet(env: Variables, ...names: readonly string[]): string | undefined {
  return names.map((name) => env[name]).find((value) => value !== undefined && value !== '')
}

/**
 * The same for a password. Throws `RANCHER.NO_PASSWORD` when only the container can read it: its file is not here.
 */
export function passwordIn(env: Variables, ...names: readonly string[]): string | undefined {
  const value = firstSet(env, ...names)
  if (value !== undefined) return value
  const file = names.find((name) => firstSet(env, `${name}_FILE`) !== undefined)
  if (file === undefined) return undefined
  throw new SalvageError('RANCHER.NO_PASSWORD', `its password stands in a file of its container (${file}_FILE)`, {
    why: 'Rancher tells variables of a service, and no files',
    hint: `set ${file} for the service, or write a template that knows another way`,
  })
}
