// A real OpenID provider with its defaults: people sign in by typing any name. Prints its address when it listens.
import { createServer } from "node:http";
import Provider from "oidc-provider";

const [returnUrl, client, secret] = process.argv.slice(2);
const server = createServer();
server.listen(0, "127.0.0.1", () => {
  const issuer = `http://127.0.0.1:${server.address().port}`;
  const provider = new Provider(issuer, {
    clients: [{ client_id: client, client_secret: secret, redirect_uris: [returnUrl] }],
    claims: { openid: ["sub"], profile: ["preferred_username", "name"] },
    // Whose name is typed in, that is whom it vouches for.
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: id, name: id }) }),
  });
  server.on("request", provider.callback());
  console.log(issuer);
});
