import { mysqlProgram } from '../engine/mysql/inside.ts'
import { postgresProgram } from '../engine/postgres/inside.ts'
import { LEFTOVERS } from '../shell/leftovers.ts'
import { prelude } from '../shell/prelude.ts'
import type { InsideRecipe } from './recipe.ts'

/** What a program does once its functions are there. */
export interface InsideStep {
  readonly recipe: InsideRecipe
  /** Of this call; letters and digits. */
  readonly id: string
  readonly step: string
}

/** A program for {@link InsideStep.recipe}. It answers in lines of `key=value`; `fail` is the reason why it ended. */
export function insideProgram({ recipe, id, step }: InsideStep): string {
  const engine = recipe.database === 'postgres' ? postgresProgram(recipe) : mysqlProgram(recipe, id)
  return `${prelude()}${COMMON}${LEFTOVERS}${engine}
case $d_file in /*) ;; *) d_fail NO_DIRECTORY ;; esac
d_dir=\${d_file%/*}/
d_part=$d_file.salvage-$$-${id}.part
${step}`
}

/**
 * `d_write` and `d_prove` know the ends of both sides of their pipes, which no POSIX shell tells by itself.
 */
const COMMON = `d_sum() {
  if command -v sha256sum >/dev/null 2>&1; then set -- $(sha256sum <"$1") && d_say sum "sha256:$1"
  else set -- $(cksum <"$1") && d_say sum "cksum:$1"; fi
}
d_size() { set -- $(wc -c <"$1") && echo "$1"; }
d_write() {
  d_ends=$(
    {
      { d_dump 3>&-; echo "$?" >&3; } | gzip -c 3>&- >"$1"
      echo "$?" >&3
    } 3>&1
  )
  [ "$(echo $d_ends)" = '0 0' ]
}
d_prove() {
  d_ends=$(
    {
      { gzip -dc <"$1" 3>&-; echo "$?" >&3; } | tail -c 1024 | { d_complete 3>&-; echo "$?" >&3; }
    } 3>&1
  )
  [ "$(echo $d_ends)" = '0 0' ]
}
`
