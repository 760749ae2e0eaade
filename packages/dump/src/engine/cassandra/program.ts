import { OWN_MARK } from '../own-mark.ts'
import { REFUSE, STAGE } from '../stage.ts'

/** Takes a snapshot, and puts what it links into a tar; it goes whatever happens, at the latest before the next one. */
export const DUMP: string = `${STAGE}${OWN_MARK}
d_dump() (
  d_stage
  d_tag=$d_here-$$-$(date +%s)
  trap 'd_node clearsnapshot -t "$d_tag" >&2; rm -rf "$d_stage"' EXIT
  find "$d_data" -type d -path "*/snapshots/$d_here-*" -prune 2>/dev/null | sed 's:.*/::' | sort -u |
    while IFS= read -r d_old; do ! d_orphan "$d_old" || d_node clearsnapshot -t "$d_old" >&2 </dev/null; done
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
