/** How often somebody is heard, and how long the pod waits for it. */
export interface Patience {
  /** Whole seconds. */
  readonly tickSeconds: number
  /** So many ticks without a word are the end. */
  readonly most: number
}

const BEATS = 6
const SHORTEST_SECONDS = 1

/**
 * In which steps the pod counts a patience: a step is a sixth of it, and one step is left for what is done then. So a patience
 * of 30 seconds is over between 20 and 25 seconds after the last word.
 */
export function patienceOf(ms: number): Patience {
  return { tickSeconds: Math.max(SHORTEST_SECONDS, Math.floor(ms / BEATS / 1000)), most: BEATS - 1 }
}

/** How often this side gives a word, in milliseconds. */
export function beatMsOf({ tickSeconds }: Patience): number {
  return tickSeconds * 1000
}

/**
 * Shell functions. `salvage_pulse` tells on its stdout what is said on fd 7 (`said …`), its end (`eof`), and the time
 * (`tick`), until nobody listens, TERM or URG: `read -t` is not in every shell, and this way the reader needs no second clock. It
 * awaits what it started: the first process of a container need not be one that buries those whose parent is gone.
 */
export const PULSE_PROGRAM = `
salvage_has() { command -v "$1" >/dev/null 2>&1; }
salvage_need() {
  for salvage_tool in "$@"; do
    salvage_has "$salvage_tool" || { printf '\\nSALVAGE-LACKS %s %s\\n' "$salvage_id" "$salvage_tool" >&2; exit 126; }
  done
}
salvage_pulse() {
  salvage_ear=
  trap '' PIPE
  trap salvage_hush TERM URG
  { while IFS= read -r salvage_line; do echo "said $salvage_line" || exit; done <&7; echo eof; } &
  salvage_ear=$!
  while :; do
    sleep "$salvage_tick" &
    wait "$!"
    echo tick || salvage_hush
  done
} 2>/dev/null
salvage_hush() {
  trap '' TERM URG
  kill -TERM $salvage_ear $!
  wait
  exit 0
}
`

/** The variables of {@link PULSE_PROGRAM}. */
export function pulseVariables(id: string, { tickSeconds, most }: Patience): string {
  return `salvage_id=${id} salvage_tick=${tickSeconds} salvage_most=${most}\n`
}
