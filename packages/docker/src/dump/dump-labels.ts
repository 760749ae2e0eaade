import { didYouMean } from '@salvage-kit/core'
import type { Problem } from '@salvage-kit/core'
import { engineNamed, engineNames, recipeOf } from '@salvage-kit/dump'
import type { Recipe } from '@salvage-kit/dump'
import type { Container } from '../container.ts'
import { DUMP, DUMP_PLACEMENT, DUMP_PREFIX, DUMP_TIDE } from '../label/keys.ts'

/** What the labels of a container say of its database. */
export interface DumpLabels {
  /** Absent: no label asks for dumps, or what does cannot be followed. */
  readonly recipe?: Recipe
  readonly tides: readonly string[]
  /** Without a tide. Codes: `LABEL.DUMP` keeps the container from being a target; `LABEL.UNKNOWN` is a word of warning. */
  readonly problems: readonly Problem[]
}

type Labelled = Pick<Container, 'name' | 'image' | 'labels'>

/** Settings that are not the engine's. */
const OWN = [DUMP_TIDE, DUMP_PLACEMENT].map((key) => key.slice(DUMP_PREFIX.length))

/** Reads `salvage.dump` and `salvage.dump.KEY`. */
export function dumpLabels(container: Labelled): DumpLabels {
  const { name, image, labels } = container
  const label = labels[DUMP]
  const settings = settingsIn(labels)
  const tides = tidesIn(labels[DUMP_TIDE])
  if (label === undefined) {
    const problems = Object.keys(settings).map((key): Problem => ({
      code: 'LABEL.UNKNOWN',
      message: `${place(name, key)}: it has no effect without the label ${DUMP}`,
      hint: `write ${DUMP}=auto beside it, or the kind of database`,
    }))
    return { tides, problems }
  }
  const engine = recipeOf({ label, image })
  if (engine === undefined) return { tides, problems: [unknownKind(container, label)] }
  const placement = labels[DUMP_PLACEMENT] ?? 'outside'
  if (placement !== 'outside') return { tides, problems: [elsewhere(name, placement)] }
  const known = [...engine.settings, ...OWN]
  const own = Object.entries(settings).filter(([key]) => engine.settings.includes(key))
  return {
    recipe: { engine, settings: Object.fromEntries(own) },
    tides,
    problems: Object.keys(settings)
      .filter((key) => !known.includes(key))
      .map((key) => unknownKey(name, key, known)),
  }
}

function settingsIn(labels: Container['labels']): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(labels).flatMap(([key, value]) =>
      key.startsWith(DUMP_PREFIX) ? [[key.slice(DUMP_PREFIX.length), value]] : [],
    ),
  )
}

function tidesIn(text = ''): readonly string[] {
  const names = text.split(',').map((name) => name.trim())
  return [...new Set(names.filter((name) => name !== ''))].toSorted()
}

function place(name: string, key?: string): string {
  return `container ${name}, label ${key === undefined ? DUMP : `${DUMP_PREFIX}${key}`}`
}

function unknownKind({ name, image }: Labelled, label: string): Problem {
  const isAuto = engineNamed(label) === undefined && label.trim().toLowerCase() === 'auto'
  const names = engineNames()
  const message = isAuto
    ? `nothing tells which database ${image} is`
    : `${JSON.stringify(label)} is no kind of database`
  const meant = isAuto ? undefined : didYouMean(label, names)
  return {
    code: 'LABEL.DUMP',
    message: `${place(name)}: ${message}`,
    hint: meant ?? `name it: ${names.join(', ')}`,
  }
}

function elsewhere(name: string, placement: string): Problem {
  const isInside = placement === 'inside'
  return {
    code: 'LABEL.DUMP',
    message: `${place(name, 'placement')}: ${JSON.stringify(placement)} ${isInside ? 'is not served for containers' : 'is no placement'}`,
    ...(isInside ? { why: 'dumps of containers go to the store and never to a volume' } : {}),
    hint: `write ${DUMP_PLACEMENT}=outside, or leave it away`,
  }
}

function unknownKey(name: string, key: string, known: readonly string[]): Problem {
  const meant = didYouMean(key, known)
  return {
    code: 'LABEL.UNKNOWN',
    message: `${place(name, key)}: it means nothing`,
    hint: meant === undefined ? `the keys are ${known.toSorted().join(', ')}` : meant.replace('"', `"${DUMP_PREFIX}`),
  }
}
