set -eu
data=/var/lib/postgresql/data
mkdir -p "$data"
chown postgres:postgres "$data"
chmod 700 "$data"
as_postgres="setpriv --reuid=postgres --regid=postgres --init-groups"
if [ ! -s "$data/PG_VERSION" ]; then
  $as_postgres initdb --pgdata="$data" --auth=trust --locale=C.UTF-8 --no-sync >/dev/null
  echo 'host all all all trust' >> "$data/pg_hba.conf"
fi
exec $as_postgres postgres -D "$data" -c listen_addresses='*' "$@"
