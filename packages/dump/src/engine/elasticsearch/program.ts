import { REFUSE } from '../stage.ts'

/** Repositories have names of their own, so two dumps never meet. */
const REPOSITORY = `
d_where='{"type":"fs","settings":{"location":"'
d_gone() {
  d_api DELETE "_snapshot/$d_id" >/dev/null 2>&1
  rm -rf "$d_folder"
}
d_named() {
  d_id=salvage-$$-$(date +%s)
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

/** Loads all indices of it. The state of the cluster in it (templates, users) is for hands. */
export const RESTORE: string = `${REPOSITORY}${REFUSE}
d_restore() (
  [ -d "$d_repository" ] || d_refuse "there is no folder $d_repository"
  d_named
  mkdir "$d_folder" || exit 1
  { d_input; echo "$?" >"$d_folder/.came"; } | tar -C "$d_folder" -xf - && [ "$(cat "$d_folder/.came")" = 0 ] || d_fail NOT_WHOLE
  rm -f "$d_folder/.came"
  d_register || d_fail RESTORE_FAILED
  d_said=$(d_api POST "_snapshot/$d_id/all/_restore?wait_for_completion=true" '{"indices":"*,-.*","include_global_state":false}') || d_fail RESTORE_FAILED
  case $d_said in *'"failed":0'*) ;; *) printf '%s\\n' "$d_said" >&2; d_fail UNSURE ;; esac
)
`
