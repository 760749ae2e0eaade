import type { Settings } from '../../engine.ts'
import { shellText } from '../../shell/text.ts'
import { secretOf } from '../secret-of.ts'

/**
 * Lines of a shell after which `d_api METHOD PATH [BODY]` asks the node; user and password go by a pipe of the shell.
 * `d_instead`: options in the place of `-f`.
 */
export function elasticPlace({ url = '', user = '', password, ca = '', repository = '' }: Settings): string {
  return `d_url=${shellText(url)} d_user=${shellText(user)} d_ca=${shellText(ca)} d_repository=${shellText(repository)}
[ -n "$d_url" ] || d_url=http://127.0.0.1:9200
${secretOf('d_secret', password, ['ELASTIC_PASSWORD', 'OPENSEARCH_INITIAL_ADMIN_PASSWORD'])}
[ -n "$d_user" ] || { d_user=elastic; [ -z "\${OPENSEARCH_INITIAL_ADMIN_PASSWORD-}" ] || d_user=admin; }
d_api() {
  d_method=$1 d_path=$2 d_body=\${3-}
  set -- -sS \${d_instead:--f} -X "$d_method" -H 'Content-Type: application/json'
  [ -z "$d_ca" ] || set -- "$@" --cacert "$d_ca"
  [ -z "$d_body" ] || set -- "$@" --data-binary "$d_body"
  if [ -z "$d_secret" ]; then curl "$@" "$d_url/$d_path"; return; fi
  curl "$@" -K /dev/fd/9 "$d_url/$d_path" 9<<END
user = "$(printf %s "$d_user:$d_secret" | sed ':a;$!{N;ba};s/[\\\\"]/\\\\&/g;s/\\n/\\\\n/g')"
END
}
`
}
