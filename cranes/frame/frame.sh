# shellcheck shell=bash
# The frame of every crane: what the crane contract asks of an image, whatever tool is inside.
#
# A crane sources this file, defines prepare, lift, lower, list, check_store, check_archive and forget, a table CAUSES,
# and calls `frame`. These functions may use `fail CODE MESSAGE…` anywhere, also in a pipe or a substitution: the crane
# ends with that code. Any other failed command ends it with 1, so that no code of a tool is taken for a reserved one.
set -Eeuo pipefail
export LC_ALL=C.UTF-8

readonly PARTIAL=3 NO_STORE=10 LOCKED=11 WRONG_CREDENTIALS=12 UNREACHABLE=13 NO_SPACE=14 NO_ARCHIVE=15 DAMAGED=16 \
  NOT_SUPPORTED=17 WRONG_CONFIGURATION=18
readonly SECRETS=/run/secrets RESULT=/salvage/result
WORK=$(mktemp -d)
readonly WORK
# The signal that makes the tool stop and tidy up.
STOP_SIGNAL=TERM
# What a tool says, and the reserved code that this means: 'CODE:extended regular expression', first match wins.
CAUSES=()
readonly COMMON_CAUSES=(
  "$NO_SPACE:No space left on device|no space left on device|Disk quota exceeded|disk quota exceeded|Insufficient Storage"
  "$UNREACHABLE:onnection refused|o such host|o route to host|etwork is unreachable|onnection reset|onnection timed out|i/o timeout|TLS handshake timeout|emporary failure in name resolution|ame or service not known|Could not resolve"
)

say() { printf '%s\n' "$*" >&2; }

fail() {
  local code=$1
  shift
  say "crane: $*"
  printf '%s' "$code" >"$WORK/code"
  exit "$code"
}

is_true() {
  case ${1:-} in
    true | 1 | yes | y | on | enable) return 0 ;;
    *) return 1 ;;
  esac
}

# Runs a tool. What it writes to stderr is shown at once and kept for `cause`.
tool() {
  { "$@" 2>&1 1>&3 3>&- | tee "$WORK/errors" >&2; } 3>&1
}

# The reserved code of what the last tool said; nothing when it said nothing known.
cause() {
  local row
  for row in "${CAUSES[@]}" "${COMMON_CAUSES[@]}"; do
    if grep -Eq -e "${row#*:}" "$WORK/errors"; then
      printf '%s' "${row%%:*}"
      return
    fi
  done
}

# Ends the crane with what the last tool said.
give_up() {
  local code
  code=$(cause)
  fail "${code:-1}" "$*"
}

# Makes every file of /run/secrets with the name of a variable that variable, unless the variable or NAME_FILE is set.
# Those named as arguments stay files: the tool reads them itself.
export_secrets() {
  local file name
  for file in "$SECRETS"/*; do
    name=${file##*/}
    [[ -f $file && $name =~ ^[A-Z_][A-Z0-9_]*$ && " $* " != *" $name "* ]] || continue
    [[ -n ${!name+set} ]] || export "$name=$(<"$file")"
  done
}

# The path of a secret: what the variable NAME_FILE says, or the file of that name under /run/secrets; else nothing.
secret_file() {
  local setting="$1_FILE"
  if [[ -n ${!setting:-} ]]; then
    [[ -r ${!setting} ]] || fail "$WRONG_CONFIGURATION" "$setting is ${!setting}, and there is no such file"
    printf '%s' "${!setting}"
  elif [[ -f $SECRETS/$1 ]]; then
    printf '%s' "$SECRETS/$1"
  fi
}

# Makes the secret SSH_KEY the key of ssh, and SSH_KNOWN_HOSTS what it trusts.
configure_ssh() {
  local key hosts
  key=$(secret_file SSH_KEY)
  hosts=$(secret_file SSH_KNOWN_HOSTS)
  {
    printf '%s\n' 'BatchMode yes' 'ConnectTimeout 30' 'ServerAliveInterval 30'
    if [[ -n $key ]]; then
      # ssh takes no key that others may read.
      install -m 600 "$key" "$WORK/ssh-key"
      printf 'IdentityFile %s\n' "$WORK/ssh-key"
    fi
    [[ -z $hosts ]] || printf 'UserKnownHostsFile %s\n' "$hosts"
  } >/etc/ssh/ssh_config.d/crane.conf
}

# Fails when a directory lies in the container itself, where everything in it would be lost with the container.
must_be_mounted() {
  local place=$1
  while [[ ! -e $place ]]; do place=$(dirname "$place"); done
  [[ $(df --output=target "$place" | tail -n 1) != / ]] ||
    fail "$WRONG_CONFIGURATION" "$1 is in the container itself and would be lost with it: mount a volume or a directory there"
}

# What `list` must be able to say of a lift on any machine, as one line of JSON.
facts() {
  jq -cn --arg state "${1:-good}" '{
    liftId: env.SALVAGE_LIFT_ID, runId: env.SALVAGE_RUN_ID, target: env.SALVAGE_TARGET, tide: (env.SALVAGE_TIDE_NAME // null),
    machine: env.SALVAGE_MACHINE_NAME, takenAt: env.SALVAGE_TAKEN_AT, warm: (if env.SALVAGE_WARM == "1" then true else null end), state: $state
  } | del(.[] | nulls)'
}

# result ID [JSON]: writes the result of a lift.
result() {
  [[ -d $RESULT ]] || return 0
  jq -cn --arg id "$1" --argjson more "${2:-null}" '{id: $id} + ($more // {})' >"$RESULT/.result.json"
  mv "$RESULT/.result.json" "$RESULT/result.json"
}

# The facts as one word, for where a tool would read something into JSON; in jq: @base64d | fromjson.
packed_facts() { facts | base64 -w 0; }

# Reads lines of JSON and writes them as the list, newest last.
archives() {
  jq -cs 'sort_by(.takenAt)[]' >"$RESULT/.archives.jsonl"
  mv "$RESULT/.archives.jsonl" "$RESULT/archives.jsonl"
}

# Findings of a partial copy from lines of text: findings CODE <LINES
findings() { jq -cRs --arg code "$1" 'split("\n") | map(select(. != "")) | .[:100] | map({code: $code, message: .[:500]})'; }

# The ids to forget as a JSON array; what cannot be an id of ours is left out.
forget_ids() { jq -cRs 'split("\n") | map(select(test("^[A-Za-z0-9-]+$"))) | unique' /salvage/forget; }

# The original daemon names no action and no lift: it gets a lift as before, under an id made here.
take_environment() {
  if [[ -z ${SALVAGE_CONTRACT:-} ]]; then
    : "${SALVAGE_VOLUME_NAME:?is not set}" "${SALVAGE_MACHINE_NAME:?is not set}"
    export SALVAGE_CONTRACT=1 SALVAGE_ACTION=lift SALVAGE_INIT=1 SALVAGE_TARGET="docker:$SALVAGE_VOLUME_NAME"
    SALVAGE_TAKEN_AT=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)
    SALVAGE_RUN_ID="v1-${SALVAGE_TIDE_TIMESTAMP:-$(date +%s)}"
    SALVAGE_LIFT_ID="$SALVAGE_RUN_ID-$(od -An -N6 -tx1 /dev/urandom | tr -d ' \n')"
    export SALVAGE_TAKEN_AT SALVAGE_RUN_ID SALVAGE_LIFT_ID
  fi
  [[ $SALVAGE_CONTRACT =~ ^[12]$ ]] || fail "$WRONG_CONFIGURATION" "the crane contract $SALVAGE_CONTRACT is unknown to this image"
  if [[ $SALVAGE_ACTION == lift ]]; then
    [[ ${SALVAGE_LIFT_ID:-} =~ ^[A-Za-z0-9-]+$ ]] || fail "$WRONG_CONFIGURATION" 'SALVAGE_LIFT_ID is not the id of a lift'
    : "${SALVAGE_TAKEN_AT:=$(date -u +%Y-%m-%dT%H:%M:%S.%3NZ)}"
    export SALVAGE_TAKEN_AT
  fi
}

act() {
  prepare
  case $SALVAGE_ACTION in
    lift) lift ;;
    lower | check)
      if [[ -z ${SALVAGE_ARCHIVE_ID:-} ]]; then
        [[ $SALVAGE_ACTION == check ]] || fail "$WRONG_CONFIGURATION" 'SALVAGE_ARCHIVE_ID is not set'
        check_store
      else
        [[ $SALVAGE_ARCHIVE_ID =~ ^[A-Za-z0-9-]+$ ]] || fail "$NO_ARCHIVE" "$SALVAGE_ARCHIVE_ID is not the id of an archive"
        if [[ $SALVAGE_ACTION == check ]]; then check_archive; else lower; fi
      fi
      ;;
    list) list ;;
    forget) forget ;;
    *) fail "$NOT_SUPPORTED" "this crane does not know the action $SALVAGE_ACTION" ;;
  esac
}

# Runs the action in a process group of its own, so that a signal reaches every tool in it and nothing outlives it.
frame() {
  local job code=0 stopped=
  take_environment
  set -m
  (
    set +m
    # A tool that ends by itself on the signal must not be taken for one that failed.
    trap 'exit 143' TERM INT
    trap 'exit "$(cat "$WORK/code" 2>/dev/null || echo 1)"' ERR
    act
  ) &
  job=$!
  set +m
  # shellcheck disable=SC2064
  trap "stopped=1; kill -$STOP_SIGNAL -- -$job 2>/dev/null || true" TERM INT
  while :; do
    code=0
    wait "$job" || code=$?
    kill -0 "$job" 2>/dev/null || break
  done
  while kill -0 -- "-$job" 2>/dev/null; do sleep 0.1; done
  # What a tool may leave that is stopped, where the crane says how to find it.
  if [[ -n $stopped ]] && declare -F after_stop >/dev/null; then (prepare && after_stop) || true; fi
  rm -rf "$WORK"
  [[ -z $stopped ]] || exit 143
  exit "$code"
}
