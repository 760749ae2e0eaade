/** Figures of a copy. */
export interface Figures {
  /** Of the source, as duplicity counts: a directory counts with the size of its own. */
  readonly bytes?: number
  readonly storedBytes?: number
  /** Directories too. */
  readonly files?: number
}

/**
 * Reads the statistics that end a backup, and how many files could not be read. Without statistics nothing says that all
 * was read, which counts as one error.
 */
export function figuresIn(texts: readonly string[]): { readonly figures: Figures; readonly errors: number } {
  const text = texts.findLast((one) => one.includes('[ Backup Statistics ]')) ?? ''
  const bytes = numberIn(text, 'SourceFileSize')
  const files = numberIn(text, 'SourceFiles')
  const storedBytes = numberIn(text, 'TotalDestinationSizeChange')
  return {
    figures: {
      ...(bytes === undefined ? {} : { bytes }),
      ...(storedBytes === undefined ? {} : { storedBytes }),
      ...(files === undefined ? {} : { files }),
    },
    errors: numberIn(text, 'Errors') ?? 1,
  }
}

function numberIn(text: string, name: string): number | undefined {
  const found = new RegExp(`^${name} (\\d+)`, 'm').exec(text)?.[1]
  return found === undefined ? undefined : Number(found)
}
