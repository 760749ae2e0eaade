import { closest } from '@salvage-kit/core'
import type { Config } from './config.ts'
import type { CrossProblem } from './cross-check.ts'
import type { Path } from './document.ts'

/** What a schema cannot say of reports: one of two keys, and names that must be defined. */
export function reportProblems(config: Config): readonly CrossProblem[] {
  return [
    ...Object.entries(config.reports ?? {}).flatMap(([name, entry]) => entryProblems(['reports', name], { ...entry })),
    ...Object.entries(config.tides ?? {}).flatMap(([name, { reports, heartbeat }]) => [
      ...nameProblems(['tides', name, 'reports'], reports ?? [], Object.keys(config.reports ?? {})),
      ...(typeof heartbeat === 'object' ? oneOf(['tides', name, 'heartbeat'], { ...heartbeat }, 'url', true) : []),
    ]),
  ]
}

/** Kinds that are nothing without a token. */
const WITH_TOKEN: readonly unknown[] = ['gotify', 'matrix']

function entryProblems(path: Path, entry: Readonly<Record<string, unknown>>): readonly CrossProblem[] {
  const { kind } = entry
  return [
    ...oneOf(path, entry, 'url', kind !== 'email'),
    ...oneOf(path, entry, 'token', WITH_TOKEN.includes(kind)),
    ...oneOf(path, entry, 'secret', false),
    ...oneOf(path, entry, 'password', entry['user'] !== undefined),
    ...(entry['user'] === undefined && (entry['password'] ?? entry['passwordFile']) !== undefined
      ? [{ path, message: 'there is a password and no user', hint: 'name the user' }]
      : []),
  ]
}

function oneOf(
  path: Path,
  entry: Readonly<Record<string, unknown>>,
  key: string,
  required: boolean,
): readonly CrossProblem[] {
  const file = `${key}File`
  if (entry[key] !== undefined && entry[file] !== undefined)
    return [{ path: [...path, file], message: `${key} and ${file} both say the same thing`, hint: 'keep one' }]
  if (!required || (entry[key] ?? entry[file]) !== undefined) return []
  return [{ path, message: `${key} is missing`, hint: `write ${key}: or ${file}:` }]
}

function nameProblems(path: Path, names: readonly string[], known: readonly string[]): readonly CrossProblem[] {
  return names.flatMap((name, at) => {
    if (known.includes(name)) return []
    const meant = closest(name, known)
    const hint = known.length === 0 ? 'define it under reports:' : `known are ${known.join(', ')}`
    return [
      {
        path: [...path, at],
        message: `there are no reports ${JSON.stringify(name)}`,
        hint: meant === undefined ? hint : `did you mean ${JSON.stringify(meant)}?`,
      },
    ]
  })
}
