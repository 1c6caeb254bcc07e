"""OpenID Connect: people sign in with the account that their office has given them already; off by default."""
