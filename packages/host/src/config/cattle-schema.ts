import { z } from 'zod'
import type { CattleEntry, CattleJobsEntry, CattleServerEntry } from './config.ts'
import { AbsolutePath, Duration } from './scalars.ts'

const Text = z.string().min(1)
const Plain = z.string().regex(/^[^\s\p{Cc}]+$/u, 'it holds a blank, or is empty')

const Jobs: z.ZodType<CattleJobsEntry> = z.strictObject({
  pull: z.enum(['missing', 'always', 'never']).exactOptional().describe('when images are pulled; default: missing'),
  network: Plain.exactOptional().describe('of the engine; it must lead to the databases; default: the engine decides'),
  timeout: Duration.exactOptional().describe('how long the dump of one database may take; default: 6h'),
})

const Server: z.ZodType<CattleServerEntry> = z.strictObject({
  host: Plain,
  port: z.int().min(1).max(65_535).exactOptional().describe('default: 3306'),
  user: Text.exactOptional().describe('default: cattle'),
  database: z
    .string()
    .regex(/^[^/*\s\p{Cc}]+$/u, 'it cannot be the name of a database')
    .exactOptional()
    .describe('default: cattle'),
  passwordFile: AbsolutePath.exactOptional().describe(
    'file with the password, readable by salvage-kit alone; default: CATTLE_DB_CATTLE_PASSWORD',
  ),
  image: Plain.exactOptional().describe('with a client of MySQL or MariaDB; default: mariadb:10.11'),
})

/** The section `cattle`. */
export const Cattle: z.ZodType<CattleEntry> = z.strictObject({
  enabled: z.boolean().exactOptional().describe('false: leave Rancher alone'),
  url: z
    .string()
    .regex(/^https?:\/\/[^\s@]+$/, 'it is not an address such as https://rancher.example.org/v2-beta')
    .exactOptional()
    .describe('of the API of a Rancher 1.6 server, in any of its forms; default: CATTLE_URL'),
  allowHttp: z.boolean().exactOptional().describe('http:// to another machine is meant, and no word about it'),
  keyFile: AbsolutePath.exactOptional().describe(
    'file of an access key and its secret key, on two lines or with a colon between',
  ),
  accessKeyFile: AbsolutePath.exactOptional().describe('the same in two files; default: CATTLE_ACCESS_KEY'),
  secretKeyFile: AbsolutePath.exactOptional().describe('default: CATTLE_SECRET_KEY'),
  caFile: AbsolutePath.exactOptional().describe('certificate authorities in PEM; default: those of the system'),
  environments: z.array(Text).min(1).exactOptional().describe('names or ids; default: all that the key sees'),
  index: AbsolutePath.exactOptional().describe('directory of *.yml that say which services are databases'),
  templates: AbsolutePath.exactOptional().describe('directory of the templates that the index names'),
  instances: z.enum(['first', 'all']).exactOptional().describe('which containers of a database; default: first'),
  databases: z.boolean().exactOptional().describe('false: no database is looked for; default: true'),
  stacks: z.boolean().exactOptional().describe('false: no stack is exported; default: true'),
  into: AbsolutePath.exactOptional().describe(
    'directory that everything is dumped into before it is copied, laid out as by rancher-backup',
  ),
  jobs: Jobs.exactOptional().describe('how the containers that dump are made'),
  server: z
    .union([z.literal(false), Server])
    .exactOptional()
    .describe("Rancher's own database; default: as the server itself says; false: it is left alone"),
})
