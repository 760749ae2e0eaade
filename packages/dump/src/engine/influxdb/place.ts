import type { Settings } from '../../engine.ts'
import { shellText } from '../../shell/text.ts'
import { secretOf } from '../secret-of.ts'

/**
 * Lines of a shell that find out which generation runs. That of InfluxDB 1 answers for dumps on a port of its own, without a
 * password; that of InfluxDB 2 wants the token of an operator, which goes by the environment of its client.
 */
export function influxPlace({ host = '', database = '', password }: Settings): string {
  return `d_host=${shellText(host)} d_name=${shellText(database)}
d_tools() {
  d_need influxd tar mktemp
  d_version=$(influxd version 2>&1 | sed -n 's/^InfluxDB v\\{0,1\\}\\([0-9][^ ]*\\).*/\\1/p')
  case $d_version in
    1.*) d_generation=1 ;;
    2.*) d_generation=2; d_need influx ;;
    *) echo "of InfluxDB $d_version nobody knows how to dump it" >&2; d_fail NO_TOOL 'influxd of version 1 or 2' ;;
  esac
  if [ "$d_generation" = 1 ]; then
    [ -n "$d_host" ] || d_host=127.0.0.1:8088
  else
    [ -z "$d_host" ] || { INFLUX_HOST=$d_host; export INFLUX_HOST; }
    ${secretOf('INFLUX_TOKEN', password, ['DOCKER_INFLUXDB_INIT_ADMIN_TOKEN', 'INFLUXDB_ADMIN_USER_TOKEN']).trim()}
    export INFLUX_TOKEN
  fi
}
d_ping() {
  if [ "$d_generation" = 2 ]; then influx ping >/dev/null; return; fi
  d_meta=$(mktemp -d) || return 1
  influxd backup -host "$d_host" "$d_meta" >/dev/null
  d_code=$?
  rm -rf "$d_meta"
  return "$d_code"
}
`
}
