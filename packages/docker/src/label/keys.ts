/* The labels of containers. Keys and values are case sensitive. */

/** What all of them begin with. */
export const PREFIX = 'salvage.'
/** `salvage.tide.NAME=volume,…` on a carrier; `salvage.tide.NAME.crane.VOLUME=CRANE` beside it. */
export const TIDE_PREFIX = 'salvage.tide.'
/** `salvage.tides.NAME.SETTING` on the root container. */
export const TIDES_PREFIX = 'salvage.tides.'
/** `salvage.cranes.NAME.SETTING` on the root container. */
export const CRANES_PREFIX = 'salvage.cranes.'
/** Marks the one container whose labels define tides and cranes; its value does not matter. */
export const ROOT = 'salvage.root'
/** Marks containers of cranes. */
export const ENTITY = 'salvage.entity'
/** `ignore`, `stop` or `pause`. */
export const ACTION = 'salvage.action'
/** Run before the copy. */
export const PRE = 'salvage.command.pre'
/** Run after the copy. */
export const POST = 'salvage.command.post'
/** Which exit codes of both are good. */
export const EXIT_CODES = 'salvage.command.exitcode'
/** Who runs both. */
export const COMMAND_USER = 'salvage.command.user'
/** How long each of both may take. */
export const COMMAND_TIMEOUT = 'salvage.command.timeout'
/** How long a container may take to be healthy again. */
export const HEALTH_TIMEOUT = 'salvage.health.timeout'
/** The same under the name that the original's README gives; {@link COMMAND_USER} goes before it. */
export const USER = 'salvage.user'

/** Which kind of database runs in a container, or `auto`: it is a target of its own. */
export const DUMP = 'salvage.dump'
/** `salvage.dump.KEY`: how it is dumped. */
export const DUMP_PREFIX = 'salvage.dump.'
/** The tides that the database belongs to, with commas between. */
export const DUMP_TIDE = 'salvage.dump.tide'
/** Where its dumps go: `outside`, straight to the store. */
export const DUMP_PLACEMENT = 'salvage.dump.placement'

/** What an image says of itself as a crane: the version of the contract that it follows. */
export const CRANE_CONTRACT = 'salvage.crane.contract'
/** What it can do. */
export const CRANE_ACTIONS = 'salvage.crane.actions'
/** Whether a second copy moves only what changed. */
export const CRANE_DEDUPLICATES = 'salvage.crane.deduplicates'
/** A container has the labels of its image, so these stand on every one that is made from a crane image by hand. */
export const IMAGE_KEYS: readonly string[] = [CRANE_CONTRACT, CRANE_ACTIONS, CRANE_DEDUPLICATES]

/** Those that say how a container comes to rest. */
const WORKLOAD_KEYS: readonly string[] = [
  ACTION,
  PRE,
  POST,
  EXIT_CODES,
  COMMAND_USER,
  COMMAND_TIMEOUT,
  HEALTH_TIMEOUT,
  USER,
]
/** All whole keys. */
export const ALL_KEYS: readonly string[] = [...WORKLOAD_KEYS, DUMP, ROOT, ENTITY]

/** Labels of docker compose, on containers and volumes. */
export const COMPOSE = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  number: 'com.docker.compose.container-number',
  oneoff: 'com.docker.compose.oneoff',
  volume: 'com.docker.compose.volume',
  dependsOn: 'com.docker.compose.depends_on',
} as const

/** On a task of a swarm service. */
export const SWARM_TASK = 'com.docker.swarm.task.id'

/** On a task of a swarm service: the name of the service. */
export const SWARM_SERVICE = 'com.docker.swarm.service.name'

/** Labels of a container or a volume. */
export type Labels = Readonly<Record<string, string>>
