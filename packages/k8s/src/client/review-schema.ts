import * as z from 'zod'

/** A rule of RBAC. */
export interface ResourceRule {
  readonly verbs: readonly string[]
  readonly apiGroups?: readonly string[] | null | undefined
  readonly resources?: readonly string[] | null | undefined
  readonly resourceNames?: readonly string[] | null | undefined
}

const words = z.array(z.string()).nullish()

/** The answer to a review of the rules of a user in a namespace. */
export interface RulesReview {
  readonly status: {
    readonly incomplete?: boolean | undefined
    readonly resourceRules?: readonly ResourceRule[] | null | undefined
  }
}

export const RulesReview: z.ZodType<RulesReview> = z.object({
  status: z.object({
    incomplete: z.boolean().optional(),
    resourceRules: z
      .array(z.object({ verbs: z.array(z.string()), apiGroups: words, resources: words, resourceNames: words }))
      .nullish(),
  }),
})

/** The answer to the question whether one thing is permitted. */
export const AccessReview: z.ZodType<{ readonly status: { readonly allowed: boolean } }> = z.object({
  status: z.object({ allowed: z.boolean() }),
})

/** The answer to the question who asks. */
export const SelfReview: z.ZodType<{ readonly status: { readonly userInfo: { readonly username: string } } }> =
  z.object({
    status: z.object({ userInfo: z.object({ username: z.string() }) }),
  })

/** The versions of a group. */
export const ApiGroup: z.ZodType<{ readonly versions: readonly { readonly version: string }[] }> = z.object({
  versions: z.array(z.object({ version: z.string() })),
})

/** The versions of the core group. */
export const ApiVersions: z.ZodType<{ readonly versions: readonly string[] }> = z.object({
  versions: z.array(z.string()),
})
