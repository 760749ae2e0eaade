/** Data that survives a trip through `JSON.stringify`: what tokens, plans and journals are made of. */
export type Json = null | boolean | number | string | readonly Json[] | JsonObject

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json
}
