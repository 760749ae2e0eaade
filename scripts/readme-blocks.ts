/** A fenced block of the README. */
export interface Block {
  readonly language: string
  readonly text: string
  /** The content of the comment right before it; empty when there is none. */
  readonly comment: string
}

const BLOCK = /(?:<!-- ([^\n]*) -->\n\s*\n?)?^```(\w+)\n([^]*?)^```$/gm

/** All fenced blocks, in order. */
export function readmeBlocks(markdown: string): readonly Block[] {
  return [...markdown.matchAll(BLOCK)].map(([, comment = '', language = '', text = '']) => ({
    language,
    text,
    comment,
  }))
}

/** The commands of a `sh` block, one a line, without comments. */
export function commandsOf(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) => line.replace(/\s+#.*$/, '').trim())
    .filter((line) => line !== '')
}
