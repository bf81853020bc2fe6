/** How a method is switched on, and whether it is without a line (servconf.c, fill_default_server_options). */
const switches: Readonly<Record<string, readonly [keyword: string, otherwise: boolean]>> = {
  publickey: ['pubkeyauthentication', true],
  password: ['passwordauthentication', true],
  'keyboard-interactive': ['kbdinteractiveauthentication', true],
  hostbased: ['hostbasedauthentication', false],
  'gssapi-with-mic': ['gssapiauthentication', false],
  'gssapi-keyex': ['gssapiauthentication', false],
}

/** The lists of AuthenticationMethods without those that name a method which is off; `none` never is (auth2-methods.c). */
export function methodsLeft(
  lists: readonly (readonly string[])[],
  isOn: (keyword: string, otherwise: boolean) => boolean,
): readonly (readonly string[])[] {
  return lists.filter((list) =>
    list.every((method) => {
      const own = switches[method.replace(/:.*/, '')]
      return own === undefined || isOn(...own)
    }),
  )
}
