// A certified OpenID Connect provider (npm: oidc-provider) with one client and people who may sign in, for the tests.
import { Provider } from 'oidc-provider'

const [port, client, secret, redirect, door] = process.argv.slice(2)
const people = JSON.parse(process.env.PEOPLE)
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [{ client_id: client, client_secret: secret, redirect_uris: [redirect], grant_types: ['authorization_code'], response_types: ['code'] }],
  claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'], groups: ['groups'] },
  scopes: ['openid', 'email', 'profile', 'groups'],
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  findAccount: (_, id) => people[id] && { accountId: id, claims: () => ({ sub: id, ...people[id] }) },
  cookies: { keys: ['only for tests'] },
})
provider.listen({ fd: Number(door) }, () => console.log('ready'))
