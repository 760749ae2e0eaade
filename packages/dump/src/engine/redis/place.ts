import type { Settings } from '../../engine.ts'
import { shellText } from '../../shell/text.ts'
import { secretOf } from '../secret-of.ts'

/**
 * Lines of a shell after which `d_cli` talks to the server. The password goes by the environment of the client alone: that of the
 * images of Bitnami is known, the official ones have none that tells it. A client says 0 for an answer that is an error.
 */
export function redisPlace({ host = '', port = '', user = '', password }: Settings): string {
  return `d_host=${shellText(host)} d_port=${shellText(port)} d_user=${shellText(user)}
[ -n "$d_host" ] || d_host=127.0.0.1
[ -n "$d_port" ] || d_port=\${REDIS_PORT_NUMBER:-\${VALKEY_PORT_NUMBER:-6379}}
${secretOf('d_secret', password, ['REDIS_PASSWORD', 'VALKEY_PASSWORD'])}
unset REDISCLI_AUTH VALKEYCLI_AUTH
[ -z "$d_secret" ] || { REDISCLI_AUTH=$d_secret VALKEYCLI_AUTH=$d_secret; export REDISCLI_AUTH VALKEYCLI_AUTH; }
d_client=$(d_first redis-cli valkey-cli) || d_fail NO_TOOL 'redis-cli or valkey-cli'
d_cli() { "$d_client" -h "$d_host" -p "$d_port" \${d_user:+--user "$d_user"} "$@"; }
d_ping() { d_said=$(d_cli PING); [ "$d_said" = PONG ] || { echo "$d_said" >&2; d_fail UNREACHABLE; }; }
d_info() { d_cli INFO "$1" | tr -d '\\r'; }
`
}
