import type { InsideRecipe } from '../../inside/recipe.ts'
import { shellText } from '../../shell/text.ts'
import { postgresPlace } from './place.ts'

/**
 * Shell functions for PostgreSQL. The place goes by variables: a name that looks like an option or a connection string is a
 * name. A restore is one transaction, and `COMMIT` is only said when the dump was read to its end: psql ends without it
 * otherwise, and the server takes everything back.
 */
export function postgresProgram(recipe: InsideRecipe): string {
  return `
d_file=${shellText(recipe.file ?? '')}
[ -n "$d_file" ] || d_file=\${PGDATA:-/var/lib/postgresql/data}/dump.sql.gz
${postgresPlace(recipe)}d_dump() { pg_dump -w --format=p --clean --if-exists; }
d_leaves='^\\\\connect '
d_complete() {
  d_verdict=1
  while IFS= read -r d_line; do
    case $d_line in
      '-- PostgreSQL database dump complete') d_verdict=0 ;;
      '' | -- | '\\unrestrict '*) ;;
      *) d_verdict=1 ;;
    esac
  done
  return "$d_verdict"
}
d_mend() { :; }
d_restore() {
  d_ends=$(
    {
      {
        { printf 'BEGIN;\\n' && gzip -dc <"$d_file" && printf '\\nCOMMIT;\\n'; } 3>&-
        echo "$?" >&3
      } | psql -Xqw -v ON_ERROR_STOP=1 -v VERBOSITY=terse 3>&- >/dev/null
      echo "$?" >&3
    } 3>&1
  )
  [ "$(echo $d_ends)" = '0 0' ] || d_fail RESTORE_FAILED
}
`
}
