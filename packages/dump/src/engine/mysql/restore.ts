import { LEFTOVERS } from '../../shell/leftovers.ts'
import { mysqlRestore } from './restore-program.ts'

/**
 * As a restore of a dump that lies in the container, but that SQL comes by `d_input`. The files by which a restore that died is
 * brought to its end lie beside the data where the server keeps them, else where there is room for a while; those of each
 * database have a name of their own.
 */
export function restoreOfInput(): string {
  return `d_name=\${1-}
d_tools
d_need cksum cat mv rm sync
d_file=/var/lib/mysql
[ -w "$d_file" ] || d_file=\${TMPDIR:-/tmp}
set -- "$1" "$2" $(printf '%s' "$1" | cksum)
d_file=$d_file/restore-$3-$4
${LEFTOVERS}${mysqlRestore('$d_call')}
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
