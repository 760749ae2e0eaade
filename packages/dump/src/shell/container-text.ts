/** A piece of a text that a container's environment completes. */
export type ContainerTextPart = { readonly text: string } | { readonly variable: string }

const VARIABLE = /\$(?:\{([A-Za-z_][A-Za-z0-9_]*)\}|([A-Za-z_][A-Za-z0-9_]*))/g

/**
 * Takes a setting such as `${POSTGRES_USER}` apart. Only `${NAME}` and `$NAME` mean something; everything else stands for
 * itself, quotes, back-quotes and `$(…)` too: backup-ns gave them to a shell, and so ran what a password happened to say.
 */
export function containerText(text: string): readonly ContainerTextPart[] {
  const parts: ContainerTextPart[] = []
  let end = 0
  for (const match of text.matchAll(VARIABLE)) {
    if (match.index > end) parts.push({ text: text.slice(end, match.index) })
    parts.push({ variable: match[1] ?? match[2] ?? '' })
    end = match.index + match[0].length
  }
  if (end < text.length || parts.length === 0) parts.push({ text: text.slice(end) })
  return parts
}
