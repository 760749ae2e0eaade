# shellcheck shell=bash
# Archives as tar.zst files, for cranes whose store only keeps files.
#
# An archive is LIFT.tar.zst, and LIFT.json with what there is to know about it and the hash; the latter is written last,
# and without it there is no archive. A crane defines, for names without a folder:
#   far_put NAME     stores stdin, durably when it returns 0; NAME may be there, unfinished, when it does not
#   far_landed NAME  fails unless NAME is at the far end what $WORK/size and $WORK/{sha256,sha1,md5} say
#   far_get NAME     writes it to stdout
#   far_names        all names, one a line
#   far_manifests    the content of all NAME.json, one after the other; none is no failure
#   far_remove NAME… removes them; those that are not there are no failure
readonly MARKER=salvage-store.json
TAR=(tar --format=posix --numeric-owner --xattrs '--xattrs-include=*' --acls --sparse)

open_store() {
  far_names >"$WORK/names" || give_up 'the store could not be listed'
  if grep -qxF "$MARKER" "$WORK/names"; then
    # Reading it shows whether the password is right where names are not encrypted.
    far_get "$MARKER" >"$WORK/marker" || give_up 'the store could not be read'
    return
  fi
  [[ ${SALVAGE_INIT:-} == 1 ]] || fail "$NO_STORE" "there is no $MARKER: this is not a store yet"
  jq -cn '{format: "salvage-crane-tarball", version: 1}' | far_put "$MARKER" || give_up 'the store could not be made'
}

check_store() { open_store; }

lift() {
  local findings=null name="$SALVAGE_LIFT_ID.tar.zst" manifest sum sums=()
  open_store
  for sum in sha256 sha1 md5; do
    mkfifo "$WORK/$sum.pipe"
    "${sum}sum" <"$WORK/$sum.pipe" | cut -d ' ' -f 1 >"$WORK/$sum" &
    sums+=($!)
  done
  mkfifo "$WORK/size.pipe"
  wc -c <"$WORK/size.pipe" >"$WORK/size" &
  sums+=($!)
  local codes=(0 0 0 0)
  LC_ALL=C "${TAR[@]}" --create --directory=/salvage --file=- --verbose --verbose --index-file="$WORK/members" --quoting-style=escape \
    volume meta 2>"$WORK/tar" |
    zstd --quiet --threads="${ZSTD_THREADS:-0}" "-${ZSTD_LEVEL:-3}" --stdout |
    tee "$WORK"/{sha256,sha1,md5,size}.pipe |
    far_put "$name" || codes=("${PIPESTATUS[@]}")
  wait "${sums[@]}" || true
  cat "$WORK/tar" >&2
  if [[ ${codes[3]} -ne 0 ]]; then
    local reserved
    reserved=$(cause)
    far_remove "$name" || true
    fail "${reserved:-1}" 'the archive could not be stored'
  fi
  # 1: a file changed meanwhile; 2: also that one could not be read.
  if [[ ${codes[0]} -eq 1 ]] || { [[ ${codes[0]} -eq 2 ]] && ! grep -vqE ': (Cannot (open|stat|read)|Read error|File removed|file changed)|^tar: (Exiting with|Error is not recoverable)|socket ignored' "$WORK/tar"; }; then
    findings=$(grep -vE 'socket ignored|^tar: Exiting with' "$WORK/tar" | findings CRANE.UNREADABLE)
  elif [[ ${codes[0]} -ne 0 || ${codes[1]} -ne 0 || ${codes[2]} -ne 0 ]]; then
    far_remove "$name" || true
    fail 1 'the volume could not be packed'
  fi
  if ! far_landed "$name"; then
    far_remove "$name" || true
    fail 1 'what stands at the far end is not what was sent'
  fi
  local state=good
  [[ $findings == null ]] || state=partial
  manifest=$(facts "$state" | jq -c --arg sha256 "$(<"$WORK/sha256")" --argjson stored "$(<"$WORK/size")" \
    --argjson counts "$(count_members)" --argjson findings "$findings" \
    '{format: "salvage-crane-tarball", version: 1, id: .liftId} + . + $counts + {storedBytes: $stored, sha256: $sha256}
      + (if $findings == null then {} else {findings: $findings} end)')
  far_put "$SALVAGE_LIFT_ID.json" <<<"$manifest" || give_up 'the manifest could not be stored'
  result "$SALVAGE_LIFT_ID" "$(jq -c '{bytes, storedBytes, files, findings} | del(.[] | nulls)' <<<"$manifest")"
  [[ $state == good ]] || exit "$PARTIAL"
}

# Bytes and number of the files of the volume, from tar's long list.
count_members() {
  awk '/ volume\// { if (/^[-h]/) files++; if (/^-/) bytes += $3 } END { printf "{\"bytes\":%.0f,\"files\":%d}", bytes, files }' "$WORK/members"
}

list() {
  open_store
  far_manifests >"$WORK/manifests" || give_up 'the manifests could not be read'
  # The names afterwards: what is forgotten meanwhile is in the one and not in the other.
  far_names >"$WORK/names" || give_up 'the store could not be listed'
  jq -c --rawfile names "$WORK/names" '($names | split("\n")) as $names
    | select(.id != null) | select(.id + ".tar.zst" | IN($names[]))
    | {id, liftId, runId, target, machine, takenAt, state, warm, bytes, storedBytes, files} | del(.[] | nulls)' "$WORK/manifests" | archives
}

# Leaves the manifest in $WORK/manifest.
read_manifest() {
  open_store
  grep -qxF "$SALVAGE_ARCHIVE_ID.json" "$WORK/names" || fail "$NO_ARCHIVE" "the store has no archive $SALVAGE_ARCHIVE_ID"
  far_get "$SALVAGE_ARCHIVE_ID.json" >"$WORK/manifest" || give_up 'the manifest could not be read'
  grep -qxF "$SALVAGE_ARCHIVE_ID.tar.zst" "$WORK/names" || fail "$DAMAGED" "the manifest of $SALVAGE_ARCHIVE_ID stands without its archive"
}

# with_archive COMMAND…: the unpacked archive on the command's stdin. Fails as damaged when it has not the hash that it had.
with_archive() {
  local codes=(0 0 0 0) sum
  mkfifo "$WORK/read.pipe"
  sha256sum <"$WORK/read.pipe" | cut -d ' ' -f 1 >"$WORK/read" &
  sum=$!
  far_get "$SALVAGE_ARCHIVE_ID.tar.zst" | tee "$WORK/read.pipe" | zstd --quiet --decompress --stdout | "$@" || codes=("${PIPESTATUS[@]}")
  wait "$sum" || true
  rm "$WORK/read.pipe"
  # The store itself opened with this password.
  if grep -q 'decrypted block' "$WORK/errors"; then fail "$DAMAGED" 'the archive cannot be decrypted'; fi
  if [[ ${codes[0]} -ne 0 && ${codes[0]} -ne 141 ]]; then give_up 'the archive could not be read'; fi
  [[ ${codes[2]} -eq 0 || ${codes[2]} -eq 141 ]] || fail "$DAMAGED" 'the archive cannot be unpacked'
  [[ ${codes[3]} -eq 0 ]] || return 1
  [[ $(<"$WORK/read") == "$(jq -r .sha256 "$WORK/manifest")" ]] || fail "$DAMAGED" 'the archive has another hash than when it was made'
}

check_archive() {
  read_manifest
  with_archive cat >/dev/null
}

lower() {
  read_manifest
  with_archive tool "${TAR[@]}" --extract --same-permissions --same-owner --directory=/salvage --file=- volume || give_up 'the archive could not be unpacked'
  # The archive a second time, against what stands on the disk now.
  with_archive tar --compare --numeric-owner --directory=/salvage --file=- volume >&2 ||
    fail 1 'what was restored is not what the archive holds'
}

# The manifest goes first: an archive without it is none.
forget() {
  local ids id
  far_names >"$WORK/names" || give_up 'the store could not be listed'
  ids=$(forget_ids | jq -r '.[]')
  for id in $ids; do
    [[ $id != "${MARKER%.json}" ]] || continue
    # shellcheck disable=SC2046
    far_remove "$id.json" $(grep -E "^\.?$id\.(json|tar\.zst)(\.part)?$" "$WORK/names" | grep -vxF "$id.json") ||
      give_up "the archive $id could not be removed"
  done
}
