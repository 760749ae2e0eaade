import { importProblems } from './import-rules.ts'
import { conclude, sourceFiles } from './source-files.ts'

conclude(
  'imports',
  sourceFiles().flatMap((file) => importProblems(file)),
)
