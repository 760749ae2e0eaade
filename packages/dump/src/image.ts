import type { ImagePath } from './engine.ts'

/**
 * The part of an image's name that says what it is, in its pieces: without registry, tag and digest, and without the `docker:`
 * that Rancher puts in front. `registry.mongo.example:5000/bitnami/web:1` is `bitnami`, `web`.
 */
export function imagePath(image: string): ImagePath {
  const [name = ''] = image.replace(/^(?:docker|sim):/, '').split('@')
  const pieces = name.split('/')
  const [first = ''] = pieces
  if (pieces.length > 1 && (/[.:]/.test(first) || first === 'localhost')) pieces.shift()
  return pieces.map((piece) => piece.replace(/:.*$/, '').toLowerCase())
}

/** Whether the last piece of an image is one of these names: `postgres-exporter` is none of `postgres`. */
export function isOneOf(image: ImagePath, ...names: readonly string[]): boolean {
  const last = image.at(-1) ?? ''
  return names.includes(last)
}
