/** A whole number from 1 up, in decimal digits; calls `wrong` with the reason when `text` is none. */
export function positive(text: string | undefined, wrong: (why: string) => undefined): number | undefined {
  if (text === undefined) return undefined
  const value = /^\+?\d+$/.test(text) ? Number(text) : Number.NaN
  if (Number.isSafeInteger(value) && value >= 1) return value
  return wrong(`${JSON.stringify(text)} is not a number of at least 1`)
}
