import { LEFTOVERS } from '../../shell/leftovers.ts'
import { mysqlRestore } from './restore-program.ts'

/**
 * Shell functions that bring restores of the database `$1` to the end that they took, whose process is dead: `d_mend`. The files
 * by which that is done lie beside the data where the server keeps them, else where there is room for a while; those of each
 * database have a name of their own. A dump does it first, too: what stands half restored is nothing to keep.
 */
export function mendOutside(call = ''): string {
  return `${call}
d_need cksum cat mv rm sync
d_place() {
  d_file=/var/lib/mysql
  [ -w "$d_file" ] || d_file=\${TMPDIR:-/tmp}
  set -- $(printf '%s' "$1" | cksum)
  d_file=$d_file/restore-$1-$2
}
d_place "$1"
${LEFTOVERS}${mysqlRestore('$d_call')}`
}

/** As a restore of a dump that lies in the container, but that SQL comes by `d_input`. */
export function restoreOfInput(): string {
  return `d_name=\${1-}
d_tools
${mendOutside()}
d_load() {
  d_ends=$(
    {
      { d_input 3>&-; echo "$?" >&3; } | d_sql --database="$2" 3>&- >/dev/null
      echo "$?" >&3
    } 3>&1
  )
  [ "$(echo $d_ends)" = '0 0' ]
}
d_ping || d_fail UNREACHABLE
d_mend
`
}
