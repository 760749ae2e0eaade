# Sourced by the scripts at the top, with $root set: find_node, is_built, set_up.
# Whatever has to be fetched is kept by version in one folder outside the checkout, and comes from the npm registry
# through the npm that is there. All messages go to stderr.

cache=${SALVAGE_KIT_CACHE:-${XDG_CACHE_HOME:-${HOME:-/root}/.cache}/salvage-kit}
stamp=$root/node_modules/.salvage-kit-built
least_node=24

say() {
  printf 'salvage-kit: %s\n' "$*" >&2
}

fail() {
  say "$1"
  printf '  %s\n' "$2" >&2
  exit 1
}

# Sets $node to a Node that is new enough: the one on PATH, else the one in the cache, else one that is fetched now.
find_node() {
  node=$(command -v node || true)
  if [ -n "$node" ] && node_runs "$node"; then return; fi
  read -r node_version < "$root/.node-version"
  node=$cache/node-$node_version/node
  if node_runs "$node"; then return; fi
  fetch_node
}

# Whether the last build, the bundle with it, is newer than every source, package file and the lockfile: `tsc -b` alone
# leaves a bundle of other sources behind.
is_built() {
  [ -f "$stamp" ] && [ -f "$root/apps/cli/dist/bundle/main.js" ] && [ -z "$(newer_than_build)" ]
}

newer_than_build() {
  find "$root/pnpm-lock.yaml" "$root/tsconfig.base.json" "$root"/packages/*/package.json "$root"/packages/*/tsconfig.json \
    "$root"/apps/*/package.json "$root"/apps/*/tsconfig.json "$root"/apps/cli/rolldown.config.ts \
    "$root"/packages/*/src "$root"/packages/*/share "$root"/apps/*/src \
    -newer "$stamp" -print 2>/dev/null
}

# Installs and builds, one process at a time.
set_up() {
  mkdir -p "$root/.cache" 2>/dev/null || fail "cannot write to $root" 'Run it once as the owner of that folder.'
  with_lock "$root/.cache/set-up.lock" install_and_build
}

install_and_build() {
  if is_built; then return; fi
  find_pnpm
  PATH=$(dirname "$node"):$(dirname "$pnpm"):$PATH
  export PATH TURBO_TELEMETRY_DISABLED=1 TURBO_NO_UPDATE_NOTIFIER=1 DO_NOT_TRACK=1
  cd "$root"
  say 'installing packages'
  quietly 'Is the npm registry within reach? Then start again.' \
    "$pnpm" install --frozen-lockfile --config.confirmModulesPurge=false
  say 'building'
  # What is saved while the build runs is newer than it.
  : > .cache/build-began
  quietly 'This is an error in the source, or an unfinished edit of it.' \
    node_modules/.bin/turbo run build --output-logs=errors-only
  mv .cache/build-began "$stamp"
}

node_runs() {
  version=$("$1" --version 2>/dev/null) || return 1
  version=${version#v}
  [ "${version%%.*}" -ge "$least_node" ] 2>/dev/null
}

fetch_node() {
  case $(uname -s)-$(uname -m) in
    Linux-x86_64) platform=linux-x64 ;;
    Linux-aarch64 | Linux-arm64) platform=linux-arm64 ;;
    Darwin-arm64) platform=darwin-arm64 ;;
    Darwin-x86_64) platform=darwin-x64 ;;
    *) fail "needs Node $least_node or newer, and none is known for $(uname -s) $(uname -m)" 'Install Node and start again.' ;;
  esac
  fetch "node-$node_version" "node-$platform@$node_version" "node-$platform/bin/node"
  node_runs "$node" || fail "the fetched Node does not run here: $node" "Install Node $least_node or newer and start again."
}

# Sets $pnpm to a pnpm of the major version that package.json names.
find_pnpm() {
  pnpm_version=$(sed -n 's/.*"packageManager": *"pnpm@\([0-9.]*\).*/\1/p' "$root/package.json")
  pnpm=$(command -v pnpm || true)
  if [ -n "$pnpm" ] && pnpm_runs "$pnpm"; then return; fi
  pnpm=$cache/pnpm-$pnpm_version/pnpm
  if pnpm_runs "$pnpm"; then return; fi
  fetch "pnpm-$pnpm_version" "pnpm@$pnpm_version" '@pnpm/exe.*/pnpm'
  pnpm_runs "$pnpm" || fail "the fetched pnpm does not run here: $pnpm" "Install pnpm ${pnpm_version%%.*} and start again."
}

pnpm_runs() {
  version=$(cd / && "$1" --version 2>/dev/null) || return 1
  [ "${version%%.*}" = "${pnpm_version%%.*}" ]
}

# fetch NAME PACKAGE@VERSION PROGRAM: leaves $cache/NAME with the package in it and a link to its program, a pattern
# below node_modules of which the first that runs is taken (one for each C library may be there).
fetch() {
  command -v npm > /dev/null ||
    fail "needs Node $least_node or newer and pnpm, or npm to fetch them with" 'Install Node (npm comes with it) and start again.'
  mkdir -p "$cache" 2>/dev/null || fail "cannot write to $cache" 'Name another folder in SALVAGE_KIT_CACHE.'
  with_lock "$cache/fetch.lock" fetch_once "$@"
}

fetch_once() {
  # Another start may have fetched it while this one waited.
  if [ -e "$cache/$1" ]; then return; fi
  say "fetching $1"
  rm -rf "$cache/$1.part"
  quietly "Is the npm registry within reach? Or install Node $least_node or newer and pnpm yourself." \
    npm install --prefix "$cache/$1.part" --no-save --no-audit --no-fund --no-update-notifier --loglevel=error \
    --ignore-scripts --omit=dev "$2"
  for program in "$cache/$1.part/node_modules"/$3; do
    if "$program" --version > /dev/null 2>&1; then break; fi
  done
  ln -s "${program#"$cache/$1.part/"}" "$cache/$1.part/${3##*/}"
  mv "$cache/$1.part" "$cache/$1"
}

# quietly HINT COMMAND…: its output is shown only when it fails.
quietly() {
  hint=$1
  shift
  log=$(mktemp "${TMPDIR:-/tmp}/salvage-kit.XXXXXX")
  if "$@" > "$log" 2>&1 < /dev/null 9>&-; then
    rm -f "$log"
    return
  fi
  tail -n 25 "$log" >&2
  rm -f "$log"
  fail "failed: ${1##*/} $2" "$hint"
}

# with_lock FILE FUNCTION…: the kernel frees it when this process dies; where there is no flock a folder must do.
with_lock() {
  file=$1
  shift
  if command -v flock > /dev/null; then
    (
      flock 9
      "$@"
    ) 9> "$file"
    return
  fi
  until mkdir "$file.d" 2>/dev/null; do
    owner=$(cat "$file.d/pid" 2>/dev/null || true)
    if [ -n "$owner" ] && ! kill -0 "$owner" 2>/dev/null; then rm -rf "$file.d"; else sleep 1; fi
  done
  echo $$ > "$file.d/pid"
  (
    trap 'rm -rf "$file.d"' EXIT
    "$@"
  )
}
