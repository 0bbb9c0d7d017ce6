/* The way of a handshake to its end over a network that drops, repeats and reorders datagrams, with an attacker who sees
 * nothing sealed but can forge ServerHellos (specs/protocol.md, sections 5.3 to 5.7): whether it always comes to rest,
 * with both ends open, unless there were more forgeries than the client has places for.
 *
 * Who says what is handshake.pml's matter. Here a datagram is its kind and the client's attempt that it belongs to;
 * the network holds a number of each. What it may do wrong has a budget, for without one there is no hope.
 * Timers fire when nothing else can happen (Promela's `timeout`), which leaves out no order of deliveries: the network
 * may hold any datagram for as long as something else moves, and its repetitions are those of a timer that is too early.
 */

#ifndef DROPS
#define DROPS 3
#endif
#ifndef REPEATS
#define REPEATS 1
#endif
#ifndef FORGERIES
#define FORGERIES 3
#endif
#define PLACES 2   /* ServerHellos that a client holds (4 in the protocol): AV-HS-19 */
#define ATTEMPTS 2 /* 3 in the protocol: AV-HS-42 */
#ifdef MUTATION_ONE_ATTEMPT
#define LAST_ATTEMPT 0
#else
#define LAST_ATTEMPT (ATTEMPTS - 1)
#endif
#define PATIENCE (DROPS + 1) /* repetitions of a flight before the handshake's time is over */

#define HELLO 0        /* without a token */
#define SECOND_HELLO 1 /* with the cookie */
#define RETRY 2
#define SERVER_HELLO 3
#define FORGED_HELLO 4
#define SERVER_FLIGHT 5 /* two datagrams: 5 and 6 */
#define CLIENT_FLIGHT 7 /* two datagrams: 7 and 8 */
#define DONE 9
#define ACK 10
#define KINDS 11
#define SLOT(kind, attempt) ((attempt) * KINDS + (kind))

byte network[KINDS * ATTEMPTS];
byte drops = DROPS, repeats = REPEATS, forgeries = FORGERIES;

/* The client; what it has heard is of its latest attempt. */
#define OPENING 0
#define OPEN 1
#define CONFIRMED 2
#define FAILED 3
byte state = OPENING;
byte attempt = 0, said = 0 /* how often */, held = 0 /* ServerHellos */;
byte heard = 0;    /* parts of the server's flight, as bits */
bit retried = 0;
bit genuine = 0;   /* among those held, one is the server's */

/* What the server holds for each attempt. */
#define NOTHING 0
#define WAITING 1
#define VERIFIED 2
#define FORGOTTEN 3
typedef HalfOpen {
  byte state, said, heard;
  bit answers_second; /* which of the two Hellos is in its transcript */
  bit done_told;
};
HalfOpen server[ATTEMPTS];

/* Two of a kind are as good as more. */
#define PUT(kind, a) network[SLOT(kind, a)] = (network[SLOT(kind, a)] < 2 -> network[SLOT(kind, a)] + 1 : 2)

inline client_says() {
  if
  :: state == OPENING && !retried -> PUT(HELLO, attempt)
  :: state == OPENING && retried -> PUT(SECOND_HELLO, attempt)
  :: state == OPEN -> PUT(CLIENT_FLIGHT, attempt); PUT(CLIENT_FLIGHT + 1, attempt)
  fi
}
inline server_says(a) {
  PUT(SERVER_HELLO, a); PUT(SERVER_FLIGHT, a); PUT(SERVER_FLIGHT + 1, a)
}

inline client_hears(kind) {
  if
  :: kind == RETRY && state == OPENING && !retried && heard == 0 -> retried = 1; said = 0; client_says()
  :: kind == SERVER_HELLO && state == OPENING && !genuine && held < PLACES -> genuine = 1; held++
  :: kind == FORGED_HELLO && state == OPENING && held < PLACES && heard == 0 -> held++
#ifdef MUTATION_ONLY_SECOND_HELLO
  :: (kind == SERVER_FLIGHT || kind == SERVER_FLIGHT + 1) && state == OPENING && genuine &&
     server[attempt].answers_second == retried ->
#else
  :: (kind == SERVER_FLIGHT || kind == SERVER_FLIGHT + 1) && state == OPENING && genuine ->
#endif
    heard = heard | (kind - SERVER_FLIGHT + 1);
    if
    :: heard == 3 -> state = OPEN; said = 0; client_says()
    :: else
    fi
  :: kind == DONE && state == OPEN -> state = CONFIRMED; PUT(ACK, attempt)
  :: kind == DONE && state == CONFIRMED -> PUT(ACK, attempt)
  :: else /* AV-HS-41: repetitions are answered by the timer alone */
  fi
}

inline server_hears(kind, a) {
  if
  :: (kind == HELLO || kind == SECOND_HELLO) && server[a].state == NOTHING ->
    if
    :: kind == HELLO -> PUT(RETRY, a) /* busy: nothing is kept */
    :: true ->
      server[a].state = WAITING;
      server[a].answers_second = (kind == SECOND_HELLO);
      server_says(a)
    fi
  :: (kind == HELLO || kind == SECOND_HELLO) && server[a].state == WAITING -> server_says(a) /* AV-HS-41 */
  :: (kind == CLIENT_FLIGHT || kind == CLIENT_FLIGHT + 1) && server[a].state == WAITING ->
    server[a].heard = server[a].heard | (kind - CLIENT_FLIGHT + 1);
    if
    :: server[a].heard == 3 -> server[a].state = VERIFIED; PUT(DONE, a)
    :: else
    fi
  :: kind == ACK && server[a].state == VERIFIED -> server[a].done_told = 1
  :: else
  fi
}

/* AV-HS-37 and AV-HS-42; the repetitions of what is never acknowledged have an end. */
inline client_timer() {
  if
  :: said < PATIENCE && state <= OPEN -> said++; client_says()
  :: said == PATIENCE && state == OPENING && held > 0 && attempt < LAST_ATTEMPT ->
    attempt++; said = 0; held = 0; heard = 0; retried = 0; genuine = 0; client_says()
  :: said == PATIENCE && (state == OPEN || (state == OPENING && (held == 0 || attempt == LAST_ATTEMPT))) ->
    state = FAILED
  :: state > OPEN
  fi
}

inline server_timer(a) {
  if
  :: server[a].state == WAITING && server[a].said < PATIENCE -> server[a].said++; server_says(a)
  :: server[a].state == WAITING && server[a].said == PATIENCE -> server[a].state = FORGOTTEN /* AV-HS-43 */
#ifndef MUTATION_SERVER_DOES_NOT_REPEAT_DONE
  :: server[a].state == VERIFIED && !server[a].done_told -> PUT(DONE, a) /* AV-HS-34 */
#endif
  :: else
  fi
}

#define AT_REST (state > OPEN && server[0].state != WAITING && server[1].state != WAITING)

proctype Clock() {
  atomic { client_says() };
  do
  :: atomic { timeout && !AT_REST -> server_timer(0); server_timer(1); client_timer() }
  :: atomic { timeout && AT_REST -> break }
  od;
  /* The end. An attempt is spoiled by as many forgeries as there are places, and not by fewer. */
  assert(state == CONFIRMED || FORGERIES >= PLACES * ATTEMPTS);
  assert(state != CONFIRMED || server[attempt].state == VERIFIED)
}

#define TO_CLIENT(kind) \
  (kind == RETRY || kind == SERVER_HELLO || kind == FORGED_HELLO || kind == SERVER_FLIGHT || \
   kind == SERVER_FLIGHT + 1 || kind == DONE)

inline deliver(kind, a) {
  if
  :: TO_CLIENT(kind) && a == attempt -> client_hears(kind)
  :: TO_CLIENT(kind) && a != attempt /* of an attempt that it has given up: another connection id */
  :: !TO_CLIENT(kind) -> server_hears(kind, a)
  fi
}

#define CARRY(kind, a) \
  atomic { network[SLOT(kind, a)] > 0 -> \
    if \
    :: network[SLOT(kind, a)]--; deliver(kind, a) \
    :: drops > 0 -> drops--; network[SLOT(kind, a)]-- \
    :: repeats > 0 -> repeats--; deliver(kind, a) \
    fi }

proctype Network(byte a) {
end:
  do
  :: CARRY(HELLO, a)
  :: CARRY(SECOND_HELLO, a)
  :: CARRY(RETRY, a)
  :: CARRY(SERVER_HELLO, a)
  :: CARRY(FORGED_HELLO, a)
  :: CARRY(SERVER_FLIGHT, a)
  :: CARRY(SERVER_FLIGHT + 1, a)
  :: CARRY(CLIENT_FLIGHT, a)
  :: CARRY(CLIENT_FLIGHT + 1, a)
  :: CARRY(DONE, a)
  :: CARRY(ACK, a)
  :: atomic { forgeries > 0 && a == attempt && state == OPENING -> forgeries--; PUT(FORGED_HELLO, a) }
  od
}

init {
  atomic { run Clock(); run Network(0); run Network(1) }
}
