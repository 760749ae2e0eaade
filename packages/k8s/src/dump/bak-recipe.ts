import type { BakSettings } from '../bak/settings.ts'
import type { DumpRecipe } from './recipe.ts'

/** What the `BAK_DB_…` variables of backup-ns say is to be dumped, PostgreSQL first; where it runs their settings say. */
export function bakRecipe(settings: BakSettings, of: 'postgres' | 'mysql'): DumpRecipe {
  const { dumpFile, host, port, user, password, database } = settings[of]
  return {
    database: of,
    file: dumpFile,
    host,
    port,
    user,
    password,
    name: database,
    ...(of === 'mysql' ? { characterSet: settings.mysql.characterSet } : {}),
    fullPercent: settings.fullPercent,
  }
}
