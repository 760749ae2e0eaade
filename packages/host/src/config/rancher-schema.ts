import { z } from 'zod'
import type { RancherEntry } from './config.ts'
import { AbsolutePath } from './scalars.ts'

const Label = z.string().min(1)

/** The section `rancher`. */
export const Rancher: z.ZodType<RancherEntry> = z.strictObject({
  url: z
    .string()
    .regex(/^https?:\/\/[^\s@]+$/, 'it is not an address such as https://rancher.example.org')
    .regex(
      /^https:|^http:\/\/(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?:[:/?#]|$)/,
      'http:// would send the token unencrypted: write https://',
    )
    .describe('of the Rancher 2 server'),
  tokenFile: AbsolutePath.describe('file of a bearer token, readable by salvage-kit alone; read again when it changes'),
  caFile: AbsolutePath.exactOptional().describe('certificate authorities in PEM; default: those of the system'),
  cluster: Label.describe('name or id of the cluster whose claims these are'),
  projects: z
    .array(Label)
    .min(1)
    .exactOptional()
    .describe('names or ids: their namespaces are looked at; default: kubernetes.namespaces'),
})
