import { z } from 'zod'

const text = z.string().nullish()

/** What a kubeconfig says of a user and the library does not read, or reads only once. */
export const UserExtras = z
  .object({
    tokenFile: text,
    as: text,
    'as-uid': text,
    'as-groups': z.array(z.string()).nullish(),
    'as-user-extra': z.record(z.string(), z.array(z.string())).nullish(),
  })
  .transform((user) => ({
    tokenFile: user.tokenFile ?? undefined,
    impersonation: {
      ...(user.as == null ? {} : { 'impersonate-user': user.as }),
      ...(user['as-uid'] == null ? {} : { 'impersonate-uid': user['as-uid'] }),
      ...(user['as-groups'] == null ? {} : { 'impersonate-group': user['as-groups'] }),
      ...Object.fromEntries(
        Object.entries(user['as-user-extra'] ?? {}).map(([key, values]) => [
          `impersonate-extra-${encodeURIComponent(key.toLowerCase())}`,
          values,
        ]),
      ),
    },
  }))
export type UserExtras = z.infer<typeof UserExtras>

/** A kubeconfig, as far as it is read here. */
export const ConfigFile = z.object({
  users: z
    .array(z.object({ name: z.string(), user: UserExtras.nullish() }))
    .nullish()
    .transform((users) => users ?? []),
})
export type ConfigFile = z.infer<typeof ConfigFile>
