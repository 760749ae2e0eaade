import type { Settings } from '../../engine.ts'
import { quoted } from '../../shell/quoted.ts'
import { shellText } from '../../shell/text.ts'
import { secretOf } from '../secret-of.ts'

/**
 * Lines of a shell after which `d_tool` runs a tool of MongoDB against the server. The password goes by a configuration that is a
 * pipe of the shell, since the tools know no variable for it. A shell of MongoDB is asked for what needs no password only.
 */
export function mongoPlace(settings: Settings): string {
  const {
    host = '',
    port = '',
    user,
    password,
    database = '',
    oplog = '',
    'auth-database': authDatabase = '',
  } = settings
  return `d_host=${shellText(host)} d_port=${shellText(port)} d_name=${shellText(database)} d_auth=${shellText(authDatabase)}
[ -n "$d_host" ] || d_host=127.0.0.1
[ -n "$d_port" ] || d_port=\${MONGODB_PORT_NUMBER:-27017}
[ -n "$d_auth" ] || d_auth=admin
${secretOf('d_user', user, ['MONGO_INITDB_ROOT_USERNAME', 'MONGODB_ROOT_USER'])}
${secretOf('d_secret', password, ['MONGO_INITDB_ROOT_PASSWORD', 'MONGODB_ROOT_PASSWORD'])}
d_tool() {
  d_program=$1
  shift
  if [ -z "$d_secret" ]; then "$d_program" --host="$d_host" --port="$d_port" "$@"; return; fi
  "$d_program" --host="$d_host" --port="$d_port" --username="\${d_user:-root}" --authenticationDatabase="$d_auth" \\
    --config=/dev/fd/9 "$@" 9<<END
password: "$(printf %s "$d_secret" | sed ':a;$!{N;ba};s/[\\\\"]/\\\\&/g;s/\\n/\\\\n/g')"
END
}
d_look() {
  if [ -n "$d_name" ]; then set -- --db="$d_name" --excludeCollectionsWithPrefix=; else set -- --db=salvage_none; fi
  d_head=$(d_tool mongodump "$@" --archive | tr -c '0-9A-Za-z._' '\\n') || return 1
  d_head=$(printf '%s\\n' "$d_head" | sed -n '/server_version$/,/tool_version/s/^\\([0-9][0-9]*[.][0-9.]*\\)$/\\1/p')
  [ -n "$d_head" ] && printf '%s\\n' "$d_head" | head -n 1
}
d_has_oplog() {
  d_told=${quoted(oplog)}
  case $d_told in yes | true) return 0 ;; no | false) return 1 ;; esac
  d_client=$(d_first mongosh mongo) || return 1
  "$d_client" --quiet "mongodb://$d_host:$d_port/?directConnection=true" \\
    --eval 'var h = db.hello ? db.hello() : db.isMaster(); print("set=" + (h.setName || ""))' 2>/dev/null </dev/null |
    grep -q '^set=.'
}
`
}
