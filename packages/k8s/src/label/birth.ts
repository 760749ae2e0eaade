import { addDays, type Day } from './day.ts'
import { BY_DAYS, BY_TIERS, KEY, OWN } from './key.ts'
import { labelValue } from './label-value.ts'

/** How long a snapshot is kept. */
export type Retain =
  | { readonly by: 'days'; readonly days: number }
  /** While it is among the newest of its claim in a tier. */
  | { readonly by: 'tiers' }

/** What is written on a snapshot when it is made. */
export interface Birth {
  readonly pvc: string
  readonly type: string
  /** The pod that made it. */
  readonly pod?: string
  /** Absent: pruners by labels leave it alone. */
  readonly retain?: Retain
  /** The day on which the run began, the same as in the snapshot's name: no dump that lasts past midnight takes the next. */
  readonly day: Day
  /** What `envConfig` says. */
  readonly envConfig?: string
}

/** Labels and annotations. */
export interface Marks {
  readonly labels: { readonly [key: string]: string }
  readonly annotations: { readonly [key: string]: string }
}

/**
 * The labels and annotations to make a snapshot with. One that is to be kept by tiers gets its tiers, and with them the
 * label that makes it visible to any pruner, by `grant` and only when it is ready: until then it takes no place from good ones, and
 * no pruner of backup-ns takes it for one that has lost its tiers.
 */
export function birthMarks({ pvc, type, pod, retain, day, envConfig }: Birth): Marks {
  const value = labelValue(pvc)
  return {
    labels: {
      [KEY.pvc]: value,
      [KEY.type]: type,
      ...(pod === undefined || pod === '' ? {} : { [KEY.pod]: labelValue(pod) }),
      ...(retain === undefined ? {} : retainLabels(retain, day)),
    },
    annotations: {
      ...(value === pvc ? {} : { [OWN.pvc]: pvc }),
      ...(envConfig === undefined || envConfig === '' ? {} : { [KEY.envConfig]: envConfig }),
    },
  }
}

function retainLabels(retain: Retain, day: Day): Marks['labels'] {
  return retain.by === 'days'
    ? {
        [KEY.retain]: BY_DAYS,
        [KEY.retainDays]: String(retain.days),
        [KEY.deleteAfter]: addDays(day, retain.days),
      }
    : { [OWN.retain]: BY_TIERS, [OWN.tierDay]: day }
}
