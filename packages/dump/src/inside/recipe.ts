/** A kind of database that is dumped where it runs. */
export type DatabaseKind = 'postgres' | 'mysql' | 'mariadb'

/** Where a database answers, seen from its container. Texts may hold `${NAME}`; see {@link InsideRecipe}. */
export interface DatabasePlace {
  /** Absent: 127.0.0.1. */
  readonly host?: string
  /** Absent: 5432, 3306. */
  readonly port?: string
  /** Absent: `$POSTGRES_USER` or `postgres`; `root`. */
  readonly user?: string
  /** Absent: `$POSTGRES_PASSWORD`, `$MARIADB_ROOT_PASSWORD`, `$MYSQL_ROOT_PASSWORD`, or the file that `…_FILE` names. */
  readonly password?: string
  /** Absent: `$POSTGRES_DB` or the user; `$MARIADB_DATABASE`, `$MYSQL_DATABASE`. */
  readonly name?: string
  /** Of MySQL and MariaDB. Absent: `utf8mb4`, in which nothing is lost. */
  readonly characterSet?: string
}

/**
 * A database and the file that its dump goes to, on the volume that is cut. Texts may hold `${NAME}`, which the container's own
 * environment fills in; nothing else in them means anything, and none of them ever stands in argv of this side. What is absent
 * or comes out empty is what the official images say of themselves.
 */
export interface InsideRecipe extends DatabasePlace {
  readonly database: DatabaseKind
  /** Absolute. Absent: `dump.sql.gz` in `$PGDATA` or in `/var/lib/postgresql/data`, in `/var/lib/mysql`. */
  readonly file?: string
  /** A volume that is used to this part or more is too full for a dump. Absent: 90. */
  readonly fullPercent?: number
}
