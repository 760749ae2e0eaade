/** The JSON schema of the configuration file, for editors. */
export async function configSchema(): Promise<Readonly<Record<string, unknown>>> {
  // Loaded here: one command asks for it.
  const { jsonSchema } = await import('./json-schema.ts')
  return { ...jsonSchema() }
}
