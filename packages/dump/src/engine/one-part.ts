import type { Engine } from '../engine.ts'

/** What an engine says of its files when a dump of it is one file, always of one name. */
export function onePart(file: string): Pick<Engine, 'several' | 'fileOf' | 'partOf'> & { readonly sayPart: string } {
  return {
    several: () => false,
    fileOf: () => file,
    partOf: (name) => (name === file ? file : undefined),
    sayPart: `d_say part ${Buffer.from(file).toString('hex')}\n`,
  }
}
