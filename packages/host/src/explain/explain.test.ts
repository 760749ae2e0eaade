import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { engineNames } from '@salvage-kit/dump'
import { describe, expect, test } from 'vitest'
import { explainLabel, LABELS } from './explain.ts'

const DOCS = join(import.meta.dirname, '../../../../docs')

/** The first column of the tables of a page, as far as it is a label. */
async function tabled(page: string): Promise<readonly string[]> {
  const text = await readFile(join(DOCS, page), 'utf8')
  return [...text.matchAll(/^\| `((?:salvage\.|salvage-kit\.io\/|backup-ns\.sh\/)[^`=]*)/gm)].map(
    ([, label = '']) => label,
  )
}

test.each([
  ['salvage.tide.nightly', 'salvage.tide.NAME', { NAME: 'nightly' }],
  ['salvage.tide.nightly=data,g:shared', 'salvage.tide.NAME', { NAME: 'nightly' }],
  ['salvage.tide.nightly.crane.g:a.b', 'salvage.tide.NAME.crane.VOLUME', { NAME: 'nightly', VOLUME: 'g:a.b' }],
  ['salvage.dump', 'salvage.dump', {}],
  ['salvage.dump.tide', 'salvage.dump.tide', {}],
  ['salvage.dump.database', 'salvage.dump.KEY', { KEY: 'database' }],
  ['salvage.tides.d.keep.daily', 'salvage.tides.NAME.keep.PERIOD', { NAME: 'd', PERIOD: 'daily' }],
  ['salvage-kit.io/quiesce: scale', 'salvage-kit.io/quiesce', {}],
  ['backup-ns.sh/delete-after', 'backup-ns.sh/delete-after', {}],
])('%s', (label, form, words) => {
  expect(explainLabel(label)).toMatchObject({ entry: { label: form }, words })
})

test.each([
  ['salvage.actoin', 'did you mean "salvage.action"?'],
  ['salvage-kit.io/quisce', 'did you mean "salvage-kit.io/quiesce"?'],
  ['', 'all of them: `salvage-kit explain`'],
])('%j means nothing', (label, hint) => {
  expect(() => explainLabel(label)).toThrow(expect.objectContaining({ code: 'LABEL.UNKNOWN', hint }))
})

test('salvage.dump names each kind of database that there is, and no other', () => {
  const { entry } = explainLabel('salvage.dump')
  expect(/\(([a-z, ]+)\)/.exec(entry.says)?.[1]?.split(', ')).toEqual(engineNames())
})

describe('what is explained is what is documented', () => {
  test.each(['configuration.md', 'kubernetes-annotations.md', 'kubernetes-retention.md', 'crane-contract.md'])(
    '%s: each label of its tables is explained',
    async (page) => {
      const labels = await tabled(page)
      expect(labels.length).toBeGreaterThan(2)
      const forms = LABELS.map((entry) => entry.label)
      const unknown = labels.filter((label) => {
        const start = label.replace(/…$/, '').replace(/VOL$/, 'VOLUME')
        return !forms.some((form) => (label.endsWith('…') ? form.startsWith(start) : form === start))
      })
      expect(unknown).toEqual([])
    },
  )

  test('and what is explained stands on its page', async () => {
    const pages = new Map<string, string>()
    for (const page of new Set(LABELS.map((entry) => entry.page)))
      pages.set(page, await readFile(join(DOCS, page), 'utf8'))
    const everywhere = pages.get('configuration.md') ?? ''
    const absent = LABELS.filter(({ label, page }) => !isOn(`${pages.get(page) ?? ''}${everywhere}`, label))
    expect(absent.map(({ label }) => label)).toEqual(['salvage.entity'])
  })
})

/** In full, or by its last words in a row for several. */
function isOn(page: string, label: string): boolean {
  const written = label.replace('.crane.VOLUME', '.crane.VOL')
  if (page.includes(written)) return true
  const tail = label
    .split('.')
    .slice(3)
    .join('.')
    .replace(/\.?(?:PERIOD|KEY|NAME|VOLUME)$/, '')
  const last = tail === '' ? `.${label.split('.').at(-1) ?? ''}\`` : tail
  return page.includes(last)
}
