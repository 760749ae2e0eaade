const QUANTITY = /^([+-]?\d+(?:\.\d*)?|[+-]?\.\d+)(?:([numkKMGTPE]|[KMGTPE]i)|[eE]([+-]?\d+))?$/
const DECIMAL = ['', 'k', 'M', 'G', 'T', 'P', 'E']
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei']
const SMALL = ['', 'm', 'u', 'n']

/**
 * How many bytes a quantity is, such as `1Gi`, `1500M` or `12e6`; undefined when it is none.
 * https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export function bytesOf(quantity: string): number | undefined {
  const found = QUANTITY.exec(quantity)
  if (found === null) return undefined
  const [, number = '', suffix = '', exponent = '0'] = found
  return Number(number) * 10 ** Number(exponent) * factorOf(suffix)
}

/** The larger one, as it is written; what is none counts for nothing. */
export function larger(one: string | undefined, other: string | undefined): string | undefined {
  const [left, right] = [one, other].map((text) => (text === undefined ? undefined : bytesOf(text)))
  if (left === undefined) return right === undefined ? undefined : other
  return right !== undefined && right > left ? other : one
}

function factorOf(suffix: string): number {
  if (SMALL.includes(suffix)) return 1000 ** -SMALL.indexOf(suffix)
  return suffix.endsWith('i') ? 1024 ** BINARY.indexOf(suffix) : 1000 ** DECIMAL.indexOf(suffix)
}
