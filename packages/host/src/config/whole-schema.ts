import { DuplicityStoreConfig } from '@salvage-kit/local/duplicity-store'
import type { z } from 'zod'
import type { Config } from './config.ts'
import { configFile } from './schema.ts'

/** All of `salvage-kit.yaml`, with every kind of store. */
export const ConfigFile: z.ZodType<Config> = configFile([DuplicityStoreConfig])
