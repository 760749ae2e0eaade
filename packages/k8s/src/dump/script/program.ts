import type { DumpRecipe } from '../recipe.ts'
import { mysqlProgram } from './mysql-program.ts'
import { postgresProgram } from './postgres-program.ts'

/** What a program does once its functions are there. */
export interface DumpStep {
  readonly recipe: DumpRecipe
  /** Of this call; letters and digits. */
  readonly id: string
  readonly step: string
}

/** A program for {@link DumpStep.recipe}. It answers in lines of `key=value`; `fail` is the reason why it ended. */
export function dumpProgram({ recipe, id, step }: DumpStep): string {
  const engine = recipe.database === 'postgres' ? postgresProgram(recipe) : mysqlProgram(recipe, id)
  return `${COMMON}${engine}
case $d_file in /*) ;; *) d_fail NO_DIRECTORY ;; esac
d_dir=\${d_file%/*}/
d_part=$d_file.salvage-$$-${id}.part
${step}`
}

/**
 * `d_write` and `d_prove` know the ends of both sides of their pipes, which no POSIX shell tells by itself. A part that is left
 * by a process that died is known by its number: of a process that is none of ours any more. Whoever may write files through the
 * database chooses their names and what is in them, as the user whom the server runs as: no name becomes a part of a command, and
 * only own files are.
 */
const COMMON = `umask 077
d_say() { printf '%s=%s\\n' "$1" "$2"; }
d_fail() {
  d_say fail "$1"
  [ "$#" -lt 2 ] || d_say about "$2"
  exit 1
}
d_need() { for d_tool in "$@"; do command -v "$d_tool" >/dev/null 2>&1 || d_fail NO_TOOL "$d_tool"; done; }
d_first() {
  for d_tool in "$@"; do
    if command -v "$d_tool" >/dev/null 2>&1; then echo "$d_tool"; return 0; fi
  done
  return 1
}
d_sum() {
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
d_each() {
  d_ending=$1
  shift
  for d_at in "$d_file".salvage-*-*."$d_ending"; do
    [ -e "$d_at" ] || continue
    d_id=\${d_at##*.salvage-}
    d_id=\${d_id%."$d_ending"}
    d_owner=\${d_id%%-*}
    d_id=\${d_id#*-}
    case $d_owner in '' | *[!0-9]*) continue ;; esac
    case $d_id in '' | *[!0-9A-Za-z]*) continue ;; esac
    "$@"
  done
}
d_alive() { case $(tr '\\000' ' ' <"/proc/$d_owner/cmdline" 2>/dev/null) in *salvage-go*) return 0 ;; esac; return 1; }
d_own() { [ ! -e "$1" ] && [ ! -L "$1" ] || { [ -f "$1" ] && [ ! -L "$1" ] && [ -O "$1" ]; }; }
d_stale() { [ "$d_owner" = "$$" ] || d_alive || rm -f "$d_at"; }
`
