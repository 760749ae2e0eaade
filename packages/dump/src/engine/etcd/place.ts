import type { Settings } from '../../engine.ts'
import { shellText } from '../../shell/text.ts'
import { secretOf } from '../secret-of.ts'

/**
 * Lines of a shell after which `d_ctl` asks one member, and `d_tool` works on files. Certificates are those that the environment
 * of the service names by `ETCDCTL_…`; the password goes by the environment of the client alone.
 */
export function etcdPlace({ endpoint = '', user = '', password, 'restore-to': to = '' }: Settings): string {
  return `d_endpoint=${shellText(endpoint)} d_user=${shellText(user)} d_to=${shellText(to)}
[ -n "$d_endpoint" ] || d_endpoint=127.0.0.1:2379
[ -n "$d_to" ] || [ -z "\${ETCD_DATA_DIR-}" ] || d_to=$ETCD_DATA_DIR/salvage-restored
${secretOf('d_secret', password, ['ETCD_ROOT_PASSWORD'])}
unset ETCDCTL_ENDPOINTS ETCDCTL_PASSWORD
ETCDCTL_API=3
export ETCDCTL_API
[ -z "$d_secret" ] || { ETCDCTL_USER=\${d_user:-root}:$d_secret; export ETCDCTL_USER; }
d_ctl() { etcdctl --endpoints="$d_endpoint" "$@"; }
d_tool() { if command -v etcdutl >/dev/null 2>&1; then etcdutl "$@"; else etcdctl "$@"; fi; }
`
}
