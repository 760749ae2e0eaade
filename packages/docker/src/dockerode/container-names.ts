/** What containers are called that were looked at, for errors of calls that go by an id. */
export interface ContainerNames {
  readonly learn: (container: { readonly id: string; readonly name: string }) => void
  /** Its name, also when it is gone by now; else as it was said, an id in its short form. */
  readonly of: (container: string) => string
}

/** An engine that makes containers all day is watched by a process that lives as long. */
const MOST = 2000
const ID = /^[0-9a-f]{64}$/
const SHORT = 12

/** Knows no name yet. */
export function containerNames(): ContainerNames {
  const names = new Map<string, string>()
  return {
    learn: ({ id, name }) => {
      names.delete(id)
      names.set(id, name)
      const [oldest] = names.keys()
      if (names.size > MOST && oldest !== undefined) names.delete(oldest)
    },
    of: (container) => names.get(container) ?? (ID.test(container) ? container.slice(0, SHORT) : container),
  }
}
