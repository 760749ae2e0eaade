import { REFUSE, STAGE } from '../stage.ts'

/**
 * Shell functions that make a data directory of a snapshot, whose sum is checked for it. Name, peers and token of the new member are
 * those of the service's environment, where it tells all of them.
 */
export const RESTORE: string = `${STAGE}${REFUSE}
d_restore() (
  d_need etcdctl mktemp
  [ -n "$d_to" ] || d_refuse 'nothing says where the new data directory is to be: set restore-to'
  [ ! -e "$d_to" ] || d_refuse "$d_to is there already"
  d_stage
  d_input >"$d_stage/snapshot" || d_fail NOT_WHOLE
  set --
  if [ -n "\${ETCD_NAME-}" ] && [ -n "\${ETCD_INITIAL_CLUSTER-}" ] && [ -n "\${ETCD_INITIAL_ADVERTISE_PEER_URLS-}" ]; then
    set -- --name "$ETCD_NAME" --initial-cluster "$ETCD_INITIAL_CLUSTER" \\
      --initial-advertise-peer-urls "$ETCD_INITIAL_ADVERTISE_PEER_URLS" \\
      --initial-cluster-token "\${ETCD_INITIAL_CLUSTER_TOKEN:-etcd-cluster}"
    unset ETCD_NAME ETCD_INITIAL_CLUSTER ETCD_INITIAL_ADVERTISE_PEER_URLS ETCD_INITIAL_CLUSTER_TOKEN ETCD_DATA_DIR
  fi
  trap 'rm -rf "$d_stage" "$d_to.part"' EXIT
  rm -rf "$d_to.part"
  unset ETCDCTL_USER
  d_tool snapshot restore "$d_stage/snapshot" --data-dir "$d_to.part" "$@" >&2 || d_fail RESTORE_FAILED
  mv "$d_to.part" "$d_to" || d_fail RESTORE_FAILED
)
`
