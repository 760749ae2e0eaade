set -eu
data=/var/lib/mysql
mkdir -p "$data/data" /run/mysqld
chown mysql:mysql "$data" "$data/data" /run/mysqld
if [ ! -d "$data/data/mysql" ]; then
  mariadb-install-db --user=mysql --datadir="$data/data" --auth-root-authentication-method=normal --skip-test-db > /dev/null
fi
# The root of every host has the password that the environment says, or none.
umask 077
cat > /run/mysqld/init.sql <<SQL
CREATE USER IF NOT EXISTS 'root'@'%';
ALTER USER 'root'@'%' IDENTIFIED BY '${MARIADB_ROOT_PASSWORD:-}';
ALTER USER 'root'@'localhost' IDENTIFIED BY '${MARIADB_ROOT_PASSWORD:-}';
GRANT ALL ON *.* TO 'root'@'%' WITH GRANT OPTION;
CREATE DATABASE IF NOT EXISTS \`${MARIADB_DATABASE:-app}\`;
SQL
chown mysql:mysql /run/mysqld/init.sql
exec mariadbd --user=mysql --datadir="$data/data" --init-file=/run/mysqld/init.sql --bind-address=0.0.0.0 "$@"
