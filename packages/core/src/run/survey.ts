import type { CallOptions } from '../call-options.ts'
import type { Rig } from '../rig.ts'
import type { Survey } from '../target/discovery.ts'
import { withoutSpares } from '../target/spares.ts'
import { withWriters } from '../target/writers.ts'

/** What all backends of the rig find, and who of one platform writes to what another found. Reads and changes nothing; rejects with the first backend's failure. */
export async function survey(rig: Rig, options: CallOptions): Promise<Survey> {
  const discoveries = rig.backends.flatMap((backend) => backend.discovery ?? [])
  const surveys = await Promise.all(discoveries.map((discovery) => discovery.survey(options)))
  return withWriters({
    targets: await withoutSpares(surveys.flatMap((one) => one.targets)),
    workloads: surveys.flatMap((one) => one.workloads),
    problems: surveys.flatMap((one) => one.problems),
  })
}
