import type { Engine } from './engine.ts'
import { mariadb, mysql } from './engine/mysql/engine.ts'
import { postgres } from './engine/postgres/engine.ts'

/** All that are known; in this order they are asked about an image. */
export const ENGINES: readonly Engine[] = [postgres, mariadb, mysql]
