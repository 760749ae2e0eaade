import * as z from 'zod'

/** What a kubeconfig says of a user and the library does not read, or reads only once. */
export interface UserExtras {
  readonly tokenFile?: string | undefined
  /** Headers that say in whose place this user speaks. */
  readonly impersonation: Readonly<Record<string, string | string[]>>
}

/** A kubeconfig, as far as it is read here. */
export interface ConfigFile {
  readonly users: readonly { readonly name: string; readonly user?: UserExtras | null | undefined }[]
}

const text = z.string().nullish()

const User: z.ZodType<UserExtras> = z
  .object({
    tokenFile: text,
    as: text,
    'as-uid': text,
    'as-groups': z.array(z.string()).nullish(),
    'as-user-extra': z.record(z.string(), z.array(z.string())).nullish(),
  })
  .transform((user) => ({
    tokenFile: user.tokenFile ?? undefined,
    impersonation: Object.fromEntries(
      [
        ['impersonate-user', user.as] as const,
        ['impersonate-uid', user['as-uid']] as const,
        ['impersonate-group', user['as-groups']] as const,
        ...Object.entries(user['as-user-extra'] ?? {}).map(
          ([key, values]) => [`impersonate-extra-${encodeURIComponent(key.toLowerCase())}`, values] as const,
        ),
      ].flatMap(([key, value]) => (value == null ? [] : [[key, value]])),
    ),
  }))

export const ConfigFile: z.ZodType<ConfigFile> = z.object({
  users: z
    .array(z.object({ name: z.string(), user: User.nullish() }))
    .nullish()
    .transform((users) => users ?? []),
})
