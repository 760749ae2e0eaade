import { stringify } from 'yaml'
import type { Imported, ImportedLabels, ImportedReport, ImportedStore, ImportedTide } from './imported.ts'

const WIDTH = 110

/** The text of a `salvage-kit.yaml` that says what was imported, with a comment for all that it cannot say. */
export function renderImported(imported: Imported): string {
  const { tool, pages, notes, sections = {}, stores, reports, tides, labels } = imported
  const parts = [
    comment([
      `Made by salvage-kit import from the configuration of ${tool}; nothing was changed`,
      'Read it, put the secrets into the files that it names, try it with salvage-kit plan --tide NAME',
      `Only then stop ${tool}: its old backups stay where they are, and salvage-kit never removes them`,
      ...pages.map((page) => `See ${page}`),
    ]),
    ...(notes.length === 0 ? [] : [comment(['What has no equal or differs:', ...notes.map((note) => `- ${note}`)])]),
    ...Object.entries(sections).map(([name, value]) => yaml({ [name]: value })),
    ...section('stores', stores.map(storeText)),
    ...section('reports', reports.map(reportText)),
    ...section('tides', tides.map(tideText)),
    ...(labels.length === 0 ? [] : [labelText(labels)]),
  ]
  return `${parts.join('\n\n')}\n`
}

function section(name: string, texts: readonly string[]): readonly string[] {
  return texts.length === 0 ? [] : [[`${name}:`, ...texts.map((text) => indented(text, '  '))].join('\n')]
}

function storeText({ name, entry, notes }: ImportedStore): string {
  return withNotes(notes, yaml({ [name]: entry }))
}

function reportText({ name, entry, notes }: ImportedReport): string {
  return withNotes(notes, yaml({ [name]: entry }))
}

function tideText({ name, notes, ...settings }: ImportedTide): string {
  const { cron, timeZone, targets, grouping, to, keep, more = {} } = settings
  const said = { cron, timeZone, targets: targets.length === 0 ? undefined : [...targets], grouping, to, keep, ...more }
  return withNotes(
    notes,
    yaml({ [name]: Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) }),
  )
}

function labelText(labels: readonly ImportedLabels[]): string {
  const lines = labels.flatMap(({ container, labels: wanted, why }) => [
    `# ${container}: ${why}`,
    ...Object.entries(wanted).map(([key, value]) => `#   ${yaml({ [key]: value })}`),
  ])
  const head = comment([
    'Labels to put on containers (in the compose file, under labels:): what happens to a container is said there',
    'Without any label a container that uses a target is stopped while it is copied',
  ])
  return [head, ...lines].join('\n')
}

function withNotes(notes: readonly string[], text: string): string {
  return notes.length === 0 ? text : `${comment(notes)}\n${text}`
}

function yaml(value: unknown): string {
  return stringify(value, { lineWidth: 0, singleQuote: true, flowCollectionPadding: true }).trimEnd()
}

function indented(text: string, by: string): string {
  return text.replaceAll(/^(?=.)/gm, by)
}

function comment(sentences: readonly string[]): string {
  return sentences.flatMap((sentence) => wrapped(oneLine(sentence))).join('\n')
}

/** What comes of labels and files may hold a newline, which would end the comment. */
function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trimEnd()
}

function wrapped(sentence: string): readonly string[] {
  const lines: string[] = []
  let line = '#'
  for (const word of sentence.split(' ')) {
    if (line.length + word.length + 1 > WIDTH && line !== '#') {
      lines.push(line)
      line = sentence.startsWith('- ') ? '#  ' : '#'
    }
    line += ` ${word}`
  }
  return [...lines, line]
}
