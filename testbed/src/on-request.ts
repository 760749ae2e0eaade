/**
 * Whether a suite that takes minutes was asked for: `describe.skipIf(!onRequest('SALVAGE_…'))`. It is asked for by that variable, whatever
 * it says; the summary of the tests tells which one.
 */
export function onRequest(variable: `SALVAGE_${string}`): boolean {
  return process.env[variable] !== undefined
}

/** The variables that a test file asks for by {@link onRequest} and that are not set, read from its text. */
export function notRequested(source: string): readonly string[] {
  const asked = [...source.matchAll(/onRequest\('(SALVAGE_[A-Z_]+)'\)/g)].map(([, variable = '']) => variable)
  return [...new Set(asked)].filter((variable) => process.env[variable] === undefined)
}
