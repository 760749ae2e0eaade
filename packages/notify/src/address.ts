import { SalvageError } from '@salvage-kit/core'

/** A web address; rejects anything else with `REPORT.ADDRESS`, which does not repeat it: it may be a secret. */
export function webAddress(text: string): URL {
  const trimmed = text.trim()
  if (!/\s/.test(trimmed) && URL.canParse(trimmed)) {
    const url = new URL(trimmed)
    if ((url.protocol === 'http:' || url.protocol === 'https:') && url.hostname !== '') return url
  }
  throw new SalvageError('REPORT.ADDRESS', 'the address of a report is no web address', {
    hint: 'write it like https://example.org/hook; a file holds it and nothing else',
  })
}

/** The address with `path` added to its own path; what it has of a query stays. */
export function below(url: URL, path: string): URL {
  const longer = new URL(url)
  longer.pathname = `${url.pathname.replace(/\/+$/, '')}/${path}`
  return longer
}
