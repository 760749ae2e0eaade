import { containerText, insideProgram } from '@salvage-kit/dump'
import type { DumpPlace } from './recipe.ts'

/**
 * The command for an interactive client of the database, for an exec with a terminal. A password that the container knows is
 * taken there; one that is told to this program is left out, since a command stands in argv and in the audit log of the
 * server: the client asks for it.
 */
export function databaseShell({ where, recipe }: DumpPlace): readonly string[] {
  const { password, ...rest } = recipe
  const known = password !== undefined && containerText(password).every((part) => 'variable' in part)
  const told = password !== undefined && !known
  const step = recipe.database === 'postgres' ? `exec psql${told ? ' -W' : ''}` : mysqlShell(told)
  const program = insideProgram({ recipe: known ? recipe : rest, id: 'shell', step })
  return [where.shell ?? 'sh', '-c', program]
}

function mysqlShell(told: boolean): string {
  const place = '--host="$d_host" --port="$d_port" --user="$d_user" --default-character-set="$d_set"'
  return `d_tools
${told ? 'unset MYSQL_PWD' : ''}
exec "$d_client" ${place}${told ? ' --password' : ''} --database="$d_name"`
}
