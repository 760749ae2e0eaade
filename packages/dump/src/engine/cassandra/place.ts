import type { Settings } from '../../engine.ts'
import { shellText } from '../../shell/text.ts'
import { secretOf } from '../secret-of.ts'

/** Lines of a shell after which `d_node` runs nodetool. The password goes by a file of the shell, as nodetool wants it: `user password`. */
export function cassandraPlace(settings: Settings): string {
  const { host = '', port = '', user = '', password, data = '', 'restore-to': to = '' } = settings
  return `d_host=${shellText(host)} d_port=${shellText(port)} d_user=${shellText(user)} d_data=${shellText(data)} d_to=${shellText(to)}
[ -n "$d_host" ] || d_host=127.0.0.1
[ -n "$d_port" ] || d_port=7199
if [ -z "$d_data" ]; then
  for d_data in /var/lib/scylla/data /bitnami/cassandra/data/data /var/lib/cassandra/data; do [ ! -d "$d_data" ] || break; done
fi
${secretOf('d_secret', password, [])}
d_node() {
  if [ -z "$d_secret" ]; then nodetool -h "$d_host" -p "$d_port" "$@"; return; fi
  nodetool -h "$d_host" -p "$d_port" -u "$d_user" -pwf /dev/fd/9 "$@" 9<<END
$d_user $d_secret
END
}
`
}
