export { IMPORT_TOOLS, importedConfig } from './import-config.ts'
export { readWorld } from './read-world.ts'
