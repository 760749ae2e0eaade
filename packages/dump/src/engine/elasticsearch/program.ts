import { OWN_MARK } from '../own-mark.ts'
import { REFUSE } from '../stage.ts'

/**
 * Repositories have names of their own, so two dumps never meet. A folder goes when the server knows nothing of it any more: first
 * the snapshot, which may still be made, then the repository. What dead programs left goes before the next one begins.
 */
const REPOSITORY = `${OWN_MARK}
d_where='{"type":"fs","settings":{"location":"'
d_clear() {
  d_known=$(d_api GET _snapshot 2>/dev/null) || return 1
  case $d_known in
    *"\\"$1\\""*)
      d_api DELETE "_snapshot/$1/all" >/dev/null 2>&1
      d_api DELETE "_snapshot/$1" >/dev/null 2>&1 || return 1
      ;;
  esac
  rm -rf "\${d_repository:?}/$1"
}
d_gone() { d_clear "$d_id"; }
d_named() {
  for d_folder in "$d_repository"/"$d_here"-*; do
    d_id=\${d_folder##*/}
    ! d_orphan "$d_id" || d_clear "$d_id"
  done
  d_id=$d_here-$$-$(date +%s)
  d_folder=$d_repository/$d_id
  trap d_gone EXIT
  trap 'exit 143' TERM HUP INT
}
d_register() { d_api PUT "_snapshot/$d_id" "$d_where$d_folder\\"}}" >/dev/null; }
`

/** Makes a snapshot, all of whose shards have to be there, and puts its files into a tar. */
export const DUMP: string = `${REPOSITORY}
d_dump() (
  d_named
  d_register || exit 1
  d_api POST "_snapshot/$d_id/_verify" >/dev/null || exit 1
  d_said=$(d_api PUT "_snapshot/$d_id/all?wait_for_completion=true" '{"indices":"*","include_global_state":true,"partial":false}') || exit 1
  case $d_said in *'"state":"SUCCESS"'*) ;; *) printf '%s\\n' "$d_said" >&2; d_fail NOT_WHOLE ;; esac
  case $d_said in *'"failed":0'*) ;; *) printf '%s\\n' "$d_said" >&2; d_fail NOT_WHOLE ;; esac
  tar -C "$d_folder" -cf - .
)
`

/**
 * Loads all indices of it. The state of the cluster in it (templates, users) is for hands. Only a server that was never reached (6, 7 of curl),
 * or says no by a status of 4xx or by that exception, has certainly not begun: behind an answer that was lost, or a proxy's, a server goes on.
 */
export const RESTORE: string = `${REPOSITORY}${REFUSE}
d_restore() (
  [ -d "$d_repository" ] || d_refuse "there is no folder $d_repository"
  d_named
  mkdir "$d_folder" || exit 1
  { d_input; echo "$?" >"$d_folder/.came"; } | tar -C "$d_folder" -xf - && [ "$(cat "$d_folder/.came")" = 0 ] || d_fail NOT_WHOLE
  rm -f "$d_folder/.came"
  d_register || d_fail RESTORE_FAILED
  d_instead='-w %{http_code}'
  d_said=$(d_api POST "_snapshot/$d_id/all/_restore?wait_for_completion=true" '{"indices":"*,-.*","include_global_state":false}')
  d_ended=$?
  d_instead=
  case $d_ended:$d_said in
    0:*'"failed":0'*200) exit 0 ;;
    6:* | 7:* | 0:*snapshot_restore_exception*5[0-9][0-9]) d_as_before=yes ;;
    0:*408) d_as_before=no ;;
    0:*4[0-9][0-9]) d_as_before=yes ;;
    *) d_as_before=no ;;
  esac
  printf '%s\\n' "$d_said" >&2
  [ "$d_as_before" = no ] || d_fail RESTORE_FAILED
  d_fail UNSURE
)
`
