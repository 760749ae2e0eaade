const REFERENCE = /\$(?:\$|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-+?])([^}]*))?\})/g

/**
 * Puts the values of variables into a text of a compose file: `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME-default}`,
 * `${NAME:+value}` and `$$`. A variable that is not there is empty, as for compose itself.
 */
export function interpolate(text: string, variables: Readonly<Record<string, string | undefined>>): string {
  return text.replaceAll(
    REFERENCE,
    (whole: string, plain?: string, name?: string, operator?: string, alternative = '') => {
      if (whole === '$$') return '$'
      const value = variables[plain ?? name ?? '']
      const isThere = value !== undefined && (operator?.startsWith(':') !== true || value !== '')
      if (operator?.endsWith('-') === true) return isThere ? value : alternative
      if (operator?.endsWith('+') === true) return isThere ? alternative : ''
      return value ?? ''
    },
  )
}
