/* The handshake (specs/protocol.md, section 5) against an attacker who is the network.
 *
 * Cryptography is symbolic: a share names who knows its exponent, a hash is what was hashed, a key is the
 * transcript it comes from, a signature is who signed what. The attacker hears everything, delivers what it likes to
 * whom it likes, as often as it likes or never, and makes every message that its keys and what it has opened allow. It
 * has an identity of its own, with which it is a server that honest clients may talk to, and a client.
 *
 * A run that breaks an assertion is an attack. README.md says what is not modelled, and lists the mutations (-D...)
 * that must break one.
 */

#ifndef CLIENTS
#define CLIENTS 2
#endif
#ifndef SERVERS
#define SERVERS 2
#endif

#if CLIENTS == 2
#define SOME_CLIENT(is) (is(0) || is(1))
inline any_client(c) { if :: c = 0 :: c = 1 fi }
#else
#define SOME_CLIENT(is) is(0)
inline any_client(c) { c = 0 }
#endif
#if SERVERS == 2
#define SOME_SERVER(is) (is(0) || is(1))
inline any_server(s) { if :: s = 0 :: s = 1 fi }
#else
#define SOME_SERVER(is) is(0)
inline any_server(s) { s = 0 }
#endif

/* Who, and whose share: clients have the identity ALICE and the shares 1 and 2, server instances BOB and 3 and 4. */
#define ALICE 1
#define BOB 2
#define EVE 3
#define SHARE_OF_CLIENT(c) (1 + (c))
#define SHARE_OF_SERVER(s) (3 + (s))
#define EVES_SHARE 5

/* What a Hello offers: WEAK alone, or BOTH. Honest clients offer BOTH, and honest servers then choose STRONG. */
#define WEAK 0
#define BOTH 1
#define STRONG 1

/* The token of a Hello: a cookie carries what the first Hello offered. Who sends the server a Hello gets one for it, so
 * Eve has them all. The client's id, which a cookie binds too, is one with its share here. */
#define NO_TOKEN 0
#define COOKIE(offer) (1 + (offer))
#define JUNK 3

/* Parameters: the honest ends' own, or others. */
#define OWN 1
#define OTHER 2

/* The transcript up to ServerHello. `before` is what stands before the Hello: 0, or COOKIE(offer of the first Hello)
 * for its hash and the Retry (AV-HS-23). */
#ifdef MUTATION_OFFER_OUTSIDE_TRANSCRIPT
#define TRANSCRIPT(share, offer, token, before, server, choice) ((share) | (server) << 8)
#else
#define TRANSCRIPT(share, offer, token, before, server, choice) \
  ((share) | (offer) << 3 | (token) << 4 | (before) << 6 | (server) << 8 | (choice) << 11)
#endif
#define CLIENT_SHARE(th) ((th) & 7)
#define SERVER_SHARE(th) ((th) >> 8 & 7)

/* That of client `c`, whose Hello has the token and was answered so. */
#define CLIENTS_TRANSCRIPT(c, token, server, choice) \
  TRANSCRIPT(SHARE_OF_CLIENT(c), BOTH, token, ((token) == NO_TOKEN -> 0 : COOKIE(BOTH)), server, choice)

/* Handshake keys come from both shares and the transcript. */
#ifdef MUTATION_KEYS_WITHOUT_TRANSCRIPT
#define KEY(th) ((th) & (7 | 7 << 8))
#else
#define KEY(th) (th)
#endif
#define EVE_KNOWS(th) (CLIENT_SHARE(th) == EVES_SHARE || SERVER_SHARE(th) == EVES_SHARE)

/* The transcript with what follows ServerHello; what is signed is this and the side's label. */
#define UP_TO_SERVER(th, params, who) ((th) | (params) << 12 | (who) << 14)
#define UP_TO_CLIENT(server, params, who) ((server) | (params) << 16 | (who) << 18)
#ifdef MUTATION_SERVER_SIGNS_NO_TRANSCRIPT
#define SERVER_SIGNS(th, params, who) UP_TO_SERVER(0, params, who)
#else
#ifdef MUTATION_SERVER_SIGNATURE_WITHOUT_CLIENT_SHARE
#define SERVER_SIGNS(th, params, who) UP_TO_SERVER((th) & ~7, params, who)
#else
#define SERVER_SIGNS(th, params, who) UP_TO_SERVER(th, params, who)
#endif
#endif
#ifdef MUTATION_CLIENT_SIGNS_NO_TRANSCRIPT
#define CLIENT_SIGNS(server, params, who) UP_TO_CLIENT(0, params, who)
#else
#define CLIENT_SIGNS(server, params, who) UP_TO_CLIENT(server, params, who)
#endif

#define FRESH 0   /* waits for the peer's first message */
#define WAITING 1 /* server: has answered, waits for the client's flight */
#define OPEN 2    /* has verified the peer, and may send Protected packets */
#define CONFIRMED 3 /* client: a Protected packet of the server has opened */
#define FAILED 4

typedef Client {
  byte state;
  short th; /* the transcript that it has settled on */
  byte choice, peer, peer_params;
  int up_to_server, signed_content;
};
typedef Server {
  byte state;
  short th;
  byte offered, peer, peer_params;
  int up_to_server, signed_content;
};
Client client[CLIENTS];
Server server[SERVERS];

/* To one end, from whoever. A flight is sealed with `key` for its receiver; what of it proves something is `by`, the
 * signature's maker, and `content`, what was signed. Its Finished is not spelled out: who has the key can make the
 * right one, who has not makes no flight at all. */
chan to_client = [0] of { byte /* which */, byte /* token of its Hello */, byte /* server share */, bit /* choice */,
                          short /* key */, byte /* params */, byte /* who */, byte /* by */, int /* content */ };
chan done_to_client = [0] of { byte, int /* sealed under keys from this transcript */ };
chan hello_to_server = [0] of { byte /* which */, byte /* share */, bit /* offer */, byte /* token */ };
chan to_server = [0] of { byte /* which */, short /* key */, byte /* params */, byte /* who */, byte /* by */,
                          int /* content */ };

/* A session between honest ends must be secret, and both must have seen the same. */
inline check_client(c) {
#define ANSWERED(s) \
  (server[s].state >= WAITING && server[s].up_to_server == client[c].up_to_server && server[s].offered == BOTH)
  if
  :: client[c].peer == BOB ->
    assert(!EVE_KNOWS(client[c].th));
    assert(client[c].choice == STRONG);
    assert(client[c].peer_params == OWN);
    assert(SOME_SERVER(ANSWERED))
  :: else
  fi
}

inline check_server(s) {
#define BEGAN(c) (client[c].state >= OPEN && client[c].peer == BOB && client[c].up_to_server == server[s].up_to_server)
#define OPEN_TOO(o) (o != s && server[o].state == OPEN && server[o].peer == ALICE && server[o].th == server[s].th)
  if
  :: server[s].peer == ALICE ->
    assert(!EVE_KNOWS(server[s].th));
    assert(server[s].offered == BOTH);
    assert(server[s].peer_params == OWN);
    assert(SOME_CLIENT(BEGAN));
    assert(!SOME_SERVER(OPEN_TOO)) /* one conversation of the client is one of the server */
  :: else
  fi
}

/* Once a Protected packet has opened, the server has verified the client. */
inline check_confirmed(c) {
#ifdef MUTATION_NOBODY_EVER_CONFIRMS /* no mutation, but the proof that the model gets this far */
  assert(client[c].peer != BOB);
#endif
#define VERIFIED(s) (server[s].state == OPEN && server[s].peer == ALICE && server[s].up_to_server == client[c].up_to_server)
  if
  :: client[c].peer == BOB -> assert(SOME_SERVER(VERIFIED))
  :: else
  fi
}

/* Takes whom it meets (trust on first use): a client that knows whom it wants refuses more. */
proctype AClient(byte c) {
  byte token, share, params, who, by;
  bit choice;
  short key, th;
  int content, sealed;
end:
  do
  :: atomic { client[c].state == FRESH ->
      to_client ? eval(c), token, share, choice, key, params, who, by, content;
      if /* AV-HS-20: it may answer the first or the second Hello. */
      :: th = CLIENTS_TRANSCRIPT(c, token, share, choice)
      :: token != NO_TOKEN -> th = CLIENTS_TRANSCRIPT(c, NO_TOKEN, share, choice)
      fi;
      if
      :: KEY(th) != key /* does not open: AV-HS-19 */
      :: KEY(th) == key && (by != who || content != SERVER_SIGNS(th, params, who)) -> client[c].state = FAILED
      :: KEY(th) == key && by == who && content == SERVER_SIGNS(th, params, who) ->
        client[c].th = th;
        client[c].choice = choice;
        client[c].peer = who;
        client[c].peer_params = params;
        client[c].up_to_server = UP_TO_SERVER(th, params, who);
        client[c].signed_content = CLIENT_SIGNS(client[c].up_to_server, OWN, ALICE);
        client[c].state = OPEN;
        check_client(c)
      fi;
      token = 0; share = 0; choice = 0; key = 0; params = 0; who = 0; by = 0; content = 0; th = 0 }
  :: atomic { client[c].state == OPEN ->
      done_to_client ? eval(c), sealed;
      if
      :: sealed == client[c].up_to_server ->
        client[c].state = CONFIRMED;
        check_confirmed(c)
      :: else /* does not open */
      fi;
      sealed = 0 }
  od
}

proctype AServer(byte s) {
  byte share, token, params, who, by;
  bit offer;
  short key;
  int content;
end:
  do
  :: atomic { server[s].state == FRESH ->
      hello_to_server ? eval(s), share, offer, token;
      /* AV-HS-24: the hash of the first Hello comes from the cookie. A foreign token is ignored. */
      server[s].th = TRANSCRIPT(share, offer, token, (token == JUNK -> 0 : token), SHARE_OF_SERVER(s), offer);
      server[s].offered = offer;
      server[s].up_to_server = UP_TO_SERVER(server[s].th, OWN, BOB);
      server[s].signed_content = SERVER_SIGNS(server[s].th, OWN, BOB);
      server[s].state = WAITING;
      share = 0; offer = 0; token = 0 }
  :: atomic { server[s].state == WAITING ->
      to_server ? eval(s), key, params, who, by, content;
      if
      :: key != KEY(server[s].th) /* does not open */
      :: key == KEY(server[s].th) && (by != who || content != CLIENT_SIGNS(server[s].up_to_server, params, who)) ->
        server[s].state = FAILED
      :: key == KEY(server[s].th) && by == who && content == CLIENT_SIGNS(server[s].up_to_server, params, who) ->
        server[s].peer = who;
        server[s].peer_params = params;
        server[s].state = OPEN;
        check_server(s)
      fi;
      key = 0; params = 0; who = 0; by = 0; content = 0 }
#ifdef MUTATION_SERVER_OPENS_BEFORE_CLIENT_FINISHED
  :: atomic { server[s].state == WAITING ->
      server[s].peer = ALICE;
      server[s].peer_params = OWN;
      server[s].state = OPEN;
      check_server(s) }
#endif
  od
}

inline any_token(token) {
#ifdef WITHOUT_RETRY
  token = NO_TOKEN
#else
  if :: token = NO_TOKEN :: token = COOKIE(WEAK) :: token = COOKIE(BOTH) :: token = JUNK fi
#endif
}

inline any_share(share) {
#if CLIENTS == 2
  if :: share = SHARE_OF_CLIENT(0) :: share = SHARE_OF_CLIENT(1) :: share = EVES_SHARE fi
#else
  if :: share = SHARE_OF_CLIENT(0) :: share = EVES_SHARE fi
#endif
}

proctype Eve() {
  byte c, s, share, token, params;
  bit offer, choice;
  short th;
end:
  do
  /* Hello: a client's as it is, changed, or her own. */
  :: atomic {
      any_server(s);
      server[s].state == FRESH;
      any_share(share);
      if :: offer = WEAK :: offer = BOTH fi;
      any_token(token);
      hello_to_server ! s, share, offer, token;
      s = 0; share = 0; offer = 0; token = 0 }
  /* A server's sealed flight as it is, behind a ServerHello of its share, changed or not. Retry is as free as this:
   * nothing protects it, and a client takes the first (AV-HS-14), so it counts as part of what comes then. */
  :: atomic {
      any_client(c); any_server(s);
      client[c].state == FRESH && server[s].state >= WAITING;
      any_token(token);
      if :: choice = WEAK :: choice = STRONG fi;
      to_client ! c, token, SHARE_OF_SERVER(s), choice, KEY(server[s].th), OWN, BOB, BOB, server[s].signed_content;
      c = 0; s = 0; token = 0; choice = 0 }
  /* A flight of her own behind her own share, in her name or, with a signature that she has opened, in Bob's. */
  :: atomic {
      any_client(c);
      client[c].state == FRESH;
      any_token(token);
      if :: choice = WEAK :: choice = STRONG fi;
      if :: params = OWN :: params = OTHER fi;
      th = CLIENTS_TRANSCRIPT(c, token, EVES_SHARE, choice);
      if
      :: to_client ! c, token, EVES_SHARE, choice, KEY(th), params, EVE, EVE, SERVER_SIGNS(th, params, EVE)
      :: any_server(s);
        server[s].state >= WAITING && EVE_KNOWS(server[s].th);
        to_client ! c, token, EVES_SHARE, choice, KEY(th), params, BOB, BOB, server[s].signed_content
      fi;
      c = 0; s = 0; token = 0; choice = 0; params = 0; th = 0 }
  /* A client's sealed flight as it is, to any server. */
  :: atomic {
      any_client(c); any_server(s);
      server[s].state == WAITING && (client[c].state == OPEN || client[c].state == CONFIRMED);
      to_server ! s, KEY(client[c].th), OWN, ALICE, ALICE, client[c].signed_content;
      c = 0; s = 0 }
  /* A flight of her own to a server that has her share, in her name or, with a signature that she has opened, in
   * Alice's. */
  :: atomic {
      any_server(s);
      server[s].state == WAITING && EVE_KNOWS(server[s].th);
      if :: params = OWN :: params = OTHER fi;
      if
      :: to_server ! s, KEY(server[s].th), params, EVE, EVE, CLIENT_SIGNS(server[s].up_to_server, params, EVE)
      :: any_client(c);
        (client[c].state == OPEN || client[c].state == CONFIRMED) && EVE_KNOWS(client[c].th);
        to_server ! s, KEY(server[s].th), params, ALICE, ALICE, client[c].signed_content
      fi;
      c = 0; s = 0; params = 0 }
  /* A server's DONE, or her own under keys that she has. */
  :: atomic {
      any_client(c);
      client[c].state == OPEN;
      if
      :: any_server(s); server[s].state == OPEN; done_to_client ! c, server[s].up_to_server
      :: EVE_KNOWS(client[c].th); done_to_client ! c, client[c].up_to_server
      fi;
      c = 0; s = 0 }
  od
}

init {
  atomic {
    run AClient(0); run AServer(0); run Eve();
#if CLIENTS == 2
    run AClient(1);
#endif
#if SERVERS == 2
    run AServer(1)
#endif
  }
}
