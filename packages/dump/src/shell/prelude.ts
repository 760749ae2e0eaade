/**
 * What every program may call. It answers in lines of `key=value`; `fail` is the reason why it ended. Every line begins with
 * `mark`, where other programs say something at the same place, perhaps without an end of their line.
 */
export function prelude({ to = 1, mark = '' }: { readonly to?: 1 | 2; readonly mark?: string } = {}): string {
  return `umask 077
d_say() { printf '${mark === '' ? '' : '\\n'}${mark}%s=%s\\n' "$1" "$2"${to === 1 ? '' : ` >&${to}`}; }
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
`
}
