import { SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'

/** What one line of the file says. */
export interface ConfigEntry {
  /** In capitals. */
  readonly key: string
  readonly value: string
  /** Counted from 1. */
  readonly line: number
}

/** The entries of the section that is read, by their keys, and what is odd about the file. */
export interface ConfigFile {
  readonly entries: ReadonlyMap<string, ConfigEntry>
  readonly findings: readonly Finding[]
}

/** The one section that buttervolume reads. */
const SECTION = 'DEFAULT'
const HEADER = /^\[([^\]]*)\]$/
/** A value may name another one. https://docs.python.org/3/library/configparser.html#interpolation-of-values */
const NAMED = /%\(([^)]*)\)s/g

/**
 * Reads a `config.ini` as Python's configparser does, and forgives what stops that one: a file without a section (with the
 * finding `BTRFS.SETTINGS_SECTION`), a single `%`, a key that stands there twice (the last one counts). An entry in another
 * section is a finding too. Throws `BTRFS.SETTINGS` for a line that says nothing.
 */
export function parseConfigFile(text: string, path: string): ConfigFile {
  const entries = new Map<string, ConfigEntry>()
  const findings: Finding[] = []
  let section: string | undefined
  for (const [at, raw] of text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const content = raw.trim()
    if (content === '' || /^[#;]/.test(content)) continue
    const header = HEADER.exec(content)
    if (header !== null) section = header[1] ?? ''
    else {
      const entry = entryOf(content, at + 1, path)
      if (section !== undefined && section !== SECTION) findings.push(otherSection(path, entry, section))
      else entries.set(entry.key, entry)
      if (section === undefined && findings.length === 0) findings.push(noSection(path))
    }
  }
  return { entries: withValues(entries), findings }
}

function entryOf(content: string, line: number, path: string): ConfigEntry {
  const end = content.search(/[=:]/)
  if (end > 0) return { key: content.slice(0, end).trim().toUpperCase(), value: content.slice(end + 1).trim(), line }
  throw new SalvageError('BTRFS.SETTINGS', `line ${String(line)} of ${path} is not understood`, {
    why: `it is ${JSON.stringify(content.slice(0, 80))}`,
    hint: 'write KEY = VALUE',
  })
}

/** Names are replaced once: a value that a name stands for is taken as it is. */
function withValues(entries: ReadonlyMap<string, ConfigEntry>): ReadonlyMap<string, ConfigEntry> {
  const filled = (value: string): string =>
    value
      .replaceAll(NAMED, (whole, key: string) => entries.get(key.toUpperCase())?.value ?? whole)
      .replaceAll('%%', '%')
  return new Map([...entries].map(([key, entry]) => [key, { ...entry, value: filled(entry.value) }]))
}

function noSection(path: string): Finding {
  return {
    code: 'BTRFS.SETTINGS_SECTION',
    message: `${path} begins without a section`,
    why: 'its entries are read all the same; buttervolume itself would not start with this file',
    hint: 'write [DEFAULT] as its first line',
  }
}

function otherSection(path: string, { key, line }: ConfigEntry, section: string): Finding {
  return {
    code: 'BTRFS.SETTINGS_SECTION',
    message: `${key} in line ${String(line)} of ${path} is not read`,
    why: `it stands in the section [${section}]`,
    hint: 'move it to [DEFAULT]',
  }
}
