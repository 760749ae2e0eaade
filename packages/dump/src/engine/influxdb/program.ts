import { REFUSE, STAGE } from '../stage.ts'

/** Makes the files, whose list (`*.manifest`) is written last, and puts them into a tar. */
export const DUMP: string = `${STAGE}
d_dump() (
  d_tools
  d_need gzip
  d_stage
  if [ "$d_generation" = 1 ]; then
    influxd backup -portable -host "$d_host" \${d_name:+-db "$d_name"} "$d_stage/files" >&2 || exit 1
  else
    influx backup \${d_name:+--bucket "$d_name"} "$d_stage/files" >&2 || exit 1
  fi
  ls "$d_stage/files" | grep -q '[.]manifest$' || d_fail NOT_WHOLE
  for d_file in "$d_stage"/files/*.gz; do [ ! -f "$d_file" ] || gzip -t "$d_file" || d_fail NOT_WHOLE; done
  tar -C "$d_stage/files" -cf - .
)
`

/** Loads them. Both programs make what they load, and end at what is there already: the first before anything, and it says so. */
export const RESTORE: string = `${STAGE}${REFUSE}
d_restore() (
  d_tools
  [ "$1" = "$d_generation" ] || d_refuse "the dump is of InfluxDB $1, and this is $d_version"
  d_stage
  mkdir "$d_stage/files" || exit 1
  d_input >"$d_stage/tar" || d_fail NOT_WHOLE
  tar -C "$d_stage/files" -xf "$d_stage/tar" || d_fail RESTORE_FAILED
  rm -f "$d_stage/tar"
  if [ "$d_generation" = 1 ]; then
    influxd restore -portable -host "$d_host" \${d_name:+-db "$d_name"} "$d_stage/files" >"$d_stage/said" 2>&1 || {
      cat "$d_stage/said" >&2
      grep -q 'metadata not changed' "$d_stage/said" && d_fail RESTORE_FAILED
      d_fail UNSURE
    }
    cat "$d_stage/said" >&2
  else
    influx restore \${d_name:+--bucket "$d_name"} "$d_stage/files" >&2 || d_fail UNSURE
  fi
)
`
