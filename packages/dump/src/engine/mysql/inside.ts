import type { InsideRecipe } from '../../inside/recipe.ts'
import { shellText } from '../../shell/text.ts'
import { mysqlPlace } from './place.ts'
import { mysqlRestore } from './restore-program.ts'

/** Shell functions for MySQL and MariaDB. */
export function mysqlProgram(recipe: InsideRecipe, id: string): string {
  return `
d_file=${shellText(recipe.file ?? '')}
[ -n "$d_file" ] || d_file=/var/lib/mysql/dump.sql.gz
${mysqlPlace(recipe)}d_dump() {
  d_sql_dump --routines --events --triggers --hex-blob --add-locks --create-options --add-drop-table -- "$d_name"
}
d_leaves='^USE \`'
d_complete() {
  d_verdict=1
  while IFS= read -r d_line; do
    case $d_line in
      '-- Dump completed'*) d_verdict=0 ;;
      '') ;;
      *) d_verdict=1 ;;
    esac
  done
  return "$d_verdict"
}
d_load() {
  d_ends=$(
    {
      { gzip -dc <"$1" 3>&-; echo "$?" >&3; } | d_sql --database="$2" 3>&- >/dev/null
      echo "$?" >&3
    } 3>&1
  )
  [ "$(echo $d_ends)" = '0 0' ]
}
${mysqlRestore(id)}`
}
