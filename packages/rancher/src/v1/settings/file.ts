import { SalvageError } from '@salvage-kit/core'
import type { Finding } from '@salvage-kit/core'
import { isMap, isScalar, parseDocument } from 'yaml'
import type { Node } from 'yaml'
import type { SettingTexts } from './environment.ts'
import { KNOWN, NAMES } from './known.ts'
import type { SettingName } from './known.ts'

/**
 * Settings from the text of a `rancher-backup.yml`. Every value is taken as it is written, so that a password `0123` or
 * `yes` stays what it is. Throws `RANCHER.SETTING` for what is no YAML, or no map; messages repeat no value.
 */
export function settingsOfFile(text: string, file: string): SettingTexts {
  const document = parseDocument(text, { schema: 'failsafe', logLevel: 'silent', prettyErrors: false })
  const [error] = document.errors
  if (error !== undefined) throw invalid(file, `it is no YAML (${error.code}, at character ${String(error.pos[0])})`)
  const top: Node | null = document.contents
  if (top === null) return { texts: new Map(), findings: [] }
  if (!isMap(top)) throw invalid(file, 'it is no map of settings')
  const texts = new Map<SettingName, string>()
  const findings: Finding[] = []
  for (const [path, value] of leaves(top, [])) {
    const name = NAMES.find((one) => KNOWN[one].path.join('/') === path.join('/'))
    if (name === undefined)
      findings.push({
        code: 'RANCHER.SETTING_UNKNOWN',
        message: `${file}: there is no setting ${path.join('.')}; it has no effect`,
      })
    else if (value === undefined) throw invalid(file, `${path.join('.')} is no single value`)
    else if (value !== '') texts.set(name, value)
  }
  return { texts, findings }
}

type Leaf = readonly [path: readonly string[], value: string | undefined]

function leaves(node: unknown, path: readonly string[]): readonly Leaf[] {
  if (isMap(node))
    return node.items.flatMap(({ key, value }) =>
      leaves(value, [...path, isScalar(key) && typeof key.value === 'string' ? key.value : '?']),
    )
  if (node === null) return [[path, '']]
  if (!isScalar(node)) return [[path, undefined]]
  // Of plain scalars only: "~" in quotes is text.
  const nothing = node.type === 'PLAIN' && /^(?:~|null|Null|NULL|)$/.test(String(node.value))
  return [[path, nothing ? '' : String(node.value)]]
}

function invalid(file: string, why: string): SalvageError {
  return new SalvageError('RANCHER.SETTING', `${file}: these settings cannot be read`, { why })
}
