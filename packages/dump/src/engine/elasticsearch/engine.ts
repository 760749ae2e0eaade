import type { Engine } from '../../engine.ts'
import { isOneOf } from '../../image.ts'
import { onePart } from '../one-part.ts'
import { elasticPlace } from './place.ts'
import { DUMP, RESTORE } from './program.ts'
import { snapshotWatch } from './watch.ts'

const { sayPart, ...part } = onePart('elasticsearch.tar')

/**
 * Elasticsearch and OpenSearch, by a snapshot of all indices into a repository of its own, which is put into a tar and removed.
 * Each shard is as at the moment when its snapshot began. The node must allow a folder for it: `repository` names one that
 * `path.repo` of the node allows; a cluster of several nodes has to share it.
 *
 * A restore refuses where an open index has the name of one in the dump: what is there stays.
 */
export const elasticsearch: Engine = {
  name: 'elasticsearch',
  aliases: ['opensearch', 'elastic'],
  recognises: (image) => isOneOf(image, 'elasticsearch', 'opensearch', 'elasticsearch-oss'),
  settings: ['user', 'password', 'url', 'ca', 'repository'],
  ...part,
  survey: (settings) => `${elasticPlace(settings)}d_need curl tar
[ -n "$d_repository" ] || { echo 'name a folder that path.repo of the node allows: the setting "repository"' >&2; d_fail NO_DATABASE; }
[ -d "$d_repository" ] || { echo "there is no folder $d_repository" >&2; d_fail NO_DATABASE; }
d_about=$(d_api GET '') || d_fail UNREACHABLE
d_number=$(printf '%s' "$d_about" | tr ',{}' '\\n\\n\\n' | sed -n 's/.*"number" *: *"\\([^"]*\\)".*/\\1/p')
d_say version "$d_number"
d_say server "$d_number"
${sayPart}`,
  dump: (settings) => `${elasticPlace(settings)}${DUMP}`,
  watch: snapshotWatch,
  restore: (settings) => `${elasticPlace(settings)}${RESTORE}`,
}
