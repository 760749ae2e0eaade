/** An image as an engine wants it: without the `docker:` that Rancher puts in front. */
export function imageName(imageUuid: string): string {
  return imageUuid.replace(/^(?:docker|sim):/, '')
}

/**
 * The part of an image's name that says what it is: without registry, tag and digest. `registry.mongo.example:5000/web:1`
 * is `web`.
 */
export function repositoryPath(imageUuid: string): string {
  const [name = ''] = imageName(imageUuid).split('@')
  const parts = name.split('/')
  const [first = ''] = parts
  if (parts.length > 1 && (/[.:]/.test(first) || first === 'localhost')) parts.shift()
  return parts.join('/').replace(/:[^/]*$/, '')
}
