import type { Engine } from './engine.ts'
import { cassandra } from './engine/cassandra/engine.ts'
import { elasticsearch } from './engine/elasticsearch/engine.ts'
import { etcd } from './engine/etcd/engine.ts'
import { influxdb } from './engine/influxdb/engine.ts'
import { mongodb } from './engine/mongodb/engine.ts'
import { mariadb, mysql } from './engine/mysql/engine.ts'
import { postgres } from './engine/postgres/engine.ts'
import { redis } from './engine/redis/engine.ts'
import { sqlite } from './engine/sqlite/engine.ts'

/** All that are known; in this order they are asked about an image. */
export const ENGINES: readonly Engine[] = [
  postgres,
  mariadb,
  mysql,
  redis,
  mongodb,
  sqlite,
  etcd,
  influxdb,
  elasticsearch,
  cassandra,
]
