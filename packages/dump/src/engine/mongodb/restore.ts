import { STAGE } from '../stage.ts'

/**
 * Shell functions that load an archive. All of it lies in the container before the first collection goes, and the tool has read its
 * list and reached the server; each collection is replaced then, one after the other. MongoDB has nothing that takes this back: a
 * restore that fails behind that leaves some collections of the dump and some of before. Those that are not in the dump stay.
 */
export const RESTORE: string = `${STAGE}
d_restore() (
  d_need mongorestore mktemp
  d_stage
  d_input >"$d_stage/archive" || d_fail NOT_WHOLE
  d_tool mongorestore --archive="$d_stage/archive" --dryRun >&2 || d_fail RESTORE_FAILED
  d_more=
  [ "$1" != oplog ] || d_more=--oplogReplay
  d_tool mongorestore --archive="$d_stage/archive" --drop --stopOnError $d_more >&2 || d_fail UNSURE
)
`
