import { REFUSE, STAGE } from '../stage.ts'

/** Takes a snapshot, and puts what it links into a tar; it goes whatever happens. */
export const DUMP: string = `${STAGE}
d_dump() (
  d_stage
  d_tag=salvage-$$-$(date +%s)
  trap 'd_node clearsnapshot -t "$d_tag" >&2; rm -rf "$d_stage"' EXIT
  d_node snapshot -t "$d_tag" -- KEYSPACES >&2 || exit 1
  cd "$d_data" || exit 1
  find . -type f -path "*/snapshots/$d_tag/*" >"$d_stage/list" || exit 1
  [ -s "$d_stage/list" ] || d_fail NOT_WHOLE
  tar -cf - -T "$d_stage/list"
)
`

/** Lays the files down in a folder that was not there. */
export const RESTORE: string = `${STAGE}${REFUSE}
d_restore() (
  [ -n "$d_to" ] || d_refuse 'nothing says where the files are to be: set restore-to'
  [ ! -e "$d_to" ] || d_refuse "$d_to is there already"
  d_stage
  trap 'rm -rf "$d_stage" "$d_to.part"' EXIT
  d_input >"$d_stage/tar" || d_fail NOT_WHOLE
  rm -rf "$d_to.part"
  mkdir "$d_to.part" && tar -C "$d_to.part" -xf "$d_stage/tar" && mv "$d_to.part" "$d_to" || d_fail RESTORE_FAILED
)
`
