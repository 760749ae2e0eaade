import { SalvageError } from '@salvage-kit/core'
import { timestampIn } from '../label/day.ts'

const FIELDS = ['pvcName', 'timestamp', 'rand'] as const
type Field = (typeof FIELDS)[number]

const ACTION = /\{\{-?\s*(.*?)\s*-?\}\}/g
const DNS_NAME = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/
const LONGEST = 253

/** What is wrong with a template for names; undefined when nothing is. */
export function templateProblem(template: string): string | undefined {
  for (const [action, inner = ''] of template.matchAll(ACTION))
    if (!FIELDS.some((field) => inner === `.${field}`))
      return `${action} is none of ${FIELDS.map((field) => `{{ .${field} }}`).join(', ')}`
  const rest = template.replaceAll(ACTION, '')
  return rest.includes('{{') || rest.includes('}}') ? 'it has a bracket too many or too few' : undefined
}

/** Whether two names by this template differ: without `{{ .rand }}` the second snapshot of a second, or of ever, finds its name taken. */
export function isUniqueTemplate(template: string): boolean {
  return [...template.matchAll(ACTION)].some(([, inner]) => inner === '.rand')
}

/**
 * The name of a snapshot. `moment` is when its run began; the time in the name is that of `zone`. Nothing is escaped. Throws
 * `BAK.NAME` when what comes out is no name that the API takes.
 */
export function renderName(
  template: string,
  {
    pvc,
    moment,
    zone,
    rand,
  }: { readonly pvc: string; readonly moment: Date; readonly zone: string; readonly rand: string },
): string {
  const values: { readonly [field in Field]: string } = { pvcName: pvc, timestamp: timestampIn(zone, moment), rand }
  const name = template.replaceAll(ACTION, (action, inner: string) => {
    const field = FIELDS.find((one) => inner === `.${one}`)
    return field === undefined ? action : values[field]
  })
  if (name.length <= LONGEST && DNS_NAME.test(name)) return name
  throw new SalvageError('BAK.NAME', `BAK_VS_NAME_TEMPLATE makes the name ${JSON.stringify(name)}`, {
    why: `names are at most ${String(LONGEST)} lower-case letters, digits, "-" and ".", with letters or digits at both ends`,
    untouched: true,
  })
}
