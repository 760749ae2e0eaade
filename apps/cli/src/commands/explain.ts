import { explainLabel, LABELS } from '@salvage-kit/host/explain'
import type { ExplainedLabel } from '@salvage-kit/host/explain'
import type { Invocation } from '../invocation.ts'
import { table } from '../output/table.ts'

/** Says what a label or an annotation is for; without one, which there are. Reads nothing and needs no engine. */
export async function execute({ args, options, terminal }: Invocation): Promise<number> {
  const [label] = args
  if (label === undefined) {
    const text = table(
      [{ heading: 'LABEL' }, { heading: 'ON' }, { heading: 'SAYS' }],
      LABELS.map((entry) => [entry.label, entry.on, entry.says]),
    )
    terminal.out(options.json === true ? `${JSON.stringify({ version: 1, labels: LABELS }, undefined, 2)}\n` : text)
    return 0
  }
  const explained = explainLabel(label)
  terminal.out(
    options.json === true ? `${JSON.stringify({ version: 1, ...explained }, undefined, 2)}\n` : textOf(explained),
  )
  return 0
}

function textOf({ entry, words }: ExplainedLabel): string {
  const given = Object.entries(words).map(([place, word]) => `${place} is ${word}`)
  const separator = entry.kind === 'annotation' ? ': ' : '='
  const lines = [
    `${entry.label}${given.length === 0 ? '' : ` (${given.join(', ')})`}`,
    `  ${entry.kind}, on ${entry.on}`,
    `  ${entry.says}`,
    ...(entry.otherwise === undefined ? [] : [`  without it: ${entry.otherwise}`]),
    `  such as: ${entry.label}${separator}${entry.example}`,
    `  more: docs/${entry.page}`,
  ]
  return lines.map((line) => `${line}\n`).join('')
}
